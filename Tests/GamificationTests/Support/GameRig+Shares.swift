import Bitcoin
import Foundation
import GameRules
import Mining
import Platform
import Postgres

@testable import Gamification

/// A share as the pool tells it.
struct PoolShare: Sendable {
    var time = GameRig.wednesday
    var id = UUID()
    var user = GameRig.address
    var worker = "rig1"
    var difficulty = 1000.0
    var achieved: Double
    var isAccepted = true

    var event: MiningEvent {
        get throws {
            let data = """
                {"user":"\(user)","worker":"\(worker)","diff":\(difficulty),"sdiff":\(achieved),"accepted":\(isAccepted)}
                """
            return try GameRig.event(.shareSubmitted, at: time, id: id, data)
        }
    }
}

extension GameRig {
    static let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"

    static func event(_ kind: EventKind, at time: Instant, id: UUID = UUID(), _ payload: String) throws -> MiningEvent {
        try EntryDecoder(network: .mainnet).decode(
            kind,
            envelope: EventEnvelope(id: id, time: time, receivedAt: time),
            payload: Array(payload.utf8)
        )
    }

    /// An engine of a process that has just started.
    func engine(repair: (any StreakRepair)? = nil, firstShares: [any FirstShareObserver] = []) -> GameEngine {
        GameEngine(ledger: ledger, book: BadgeBook(catalogue: catalogue), repair: repair, firstShares: firstShares)
    }

    func pipeline(_ engine: (any BatchObserver)? = nil) -> MiningPipeline {
        MiningPipeline(runtime: runtime, observers: [engine ?? self.engine()])
    }

    /// Runs shares through ingest as one batch; answers how many were new.
    @discardableResult
    func ingest(_ shares: [PoolShare], through pipeline: MiningPipeline? = nil) async throws -> Int {
        try await (pipeline ?? self.pipeline()).shares.apply(try shares.map { try $0.event }, now: now)
    }

    /// The user of an address that has had a share.
    func owner(_ address: String = address) async throws -> UserID {
        UserID(try await number("select id from users where btc_address = \(address)"))
    }
}
