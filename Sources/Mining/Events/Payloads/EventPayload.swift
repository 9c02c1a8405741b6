import API
import Bitcoin

/// The checked payload of an event, one case for each kind.
package enum EventPayload: Sendable, Equatable {
    case shareSubmitted(ShareSubmitted)
    case blockFound(BlockFound)
    case minerConnected(MinerConnected)
    case minerDisconnected(MinerDisconnected)
    case difficultyUpdated(DifficultyUpdated)
    case hashrateUpdate(HashrateUpdate)
    case networkBlock(NetworkBlock)
    case bestDifficulty(BestDifficulty)
}

extension EventPayload {
    /// Which event this is the payload of.
    package var kind: EventKind {
        switch self {
        case .shareSubmitted: .shareSubmitted
        case .blockFound: .blockFound
        case .minerConnected: .minerConnected
        case .minerDisconnected: .minerDisconnected
        case .difficultyUpdated: .difficultyUpdated
        case .hashrateUpdate: .hashrateUpdate
        case .networkBlock: .networkBlock
        case .bestDifficulty: .bestDifficulty
        }
    }

    /// Who mined; nil for a block of the network.
    package var user: StratumUser? {
        switch self {
        case .shareSubmitted(let payload): payload.user
        case .blockFound(let payload): payload.user
        case .minerConnected(let payload): payload.user
        case .minerDisconnected(let payload): payload.user
        case .difficultyUpdated(let payload): payload.user
        case .hashrateUpdate(let payload): payload.user
        case .networkBlock: nil
        case .bestDifficulty(let payload): payload.user
        }
    }

    /// Checks the members of one kind of event.
    init(_ kind: EventKind, from reader: PayloadReader, names: UserNames) throws(EventRejection) {
        switch kind {
        case .shareSubmitted: self = .shareSubmitted(try ShareSubmitted(from: reader, names: names))
        case .blockFound: self = .blockFound(try BlockFound(from: reader, names: names))
        case .minerConnected: self = .minerConnected(try MinerConnected(from: reader, names: names))
        case .minerDisconnected: self = .minerDisconnected(try MinerDisconnected(from: reader, names: names))
        case .difficultyUpdated: self = .difficultyUpdated(try DifficultyUpdated(from: reader, names: names))
        case .hashrateUpdate: self = .hashrateUpdate(try HashrateUpdate(from: reader, names: names))
        case .networkBlock: self = .networkBlock(try NetworkBlock(from: reader))
        case .bestDifficulty: self = .bestDifficulty(try BestDifficulty(from: reader, names: names))
        }
    }

    /// Writes the members in canonical form over those received; members that are not known stay as they are.
    func write(to members: inout JSONObject) {
        switch self {
        case .shareSubmitted(let payload): payload.write(to: &members)
        case .blockFound(let payload): payload.write(to: &members)
        case .minerConnected(let payload): payload.write(to: &members)
        case .minerDisconnected(let payload): payload.write(to: &members)
        case .difficultyUpdated(let payload): payload.write(to: &members)
        case .hashrateUpdate(let payload): payload.write(to: &members)
        case .networkBlock(let payload): payload.write(to: &members)
        case .bestDifficulty(let payload): payload.write(to: &members)
        }
    }
}

/// How the two members that name the miner are to be read.
struct UserNames: Sendable {
    /// The network whose addresses count.
    let network: BitcoinNetwork
    /// The names come from a collector, normalised.
    var areCanonical = false

    func user(from reader: PayloadReader) throws(EventRejection) -> StratumUser {
        let user = try reader.text("user")
        let worker = try reader.text("worker")
        return areCanonical
            ? StratumUser(canonicalUser: user, worker: worker, network: network) : StratumUser(user: user, worker: worker, network: network)
    }
}

extension StratumUser {
    func write(to members: inout JSONObject) {
        members["user"] = .string(userMember)
        members["worker"] = .string(workerName)
    }
}

extension JSONValue {
    /// An optional text as a member: nil leaves the member out.
    static func optional(_ text: String?) -> JSONValue? { text.map(JSONValue.string) }
    /// An optional number as a member.
    static func optional(_ number: Double?) -> JSONValue? { number.map(JSONValue.number) }
    /// An optional whole number as a member.
    static func optional(_ integer: Int64?) -> JSONValue? { integer.map(JSONValue.integer) }
}
