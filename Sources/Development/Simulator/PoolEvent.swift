/// One event of the pool with the members of spec 03a §2.2.
public struct PoolEvent: Equatable, Sendable {
    /// A member's value as the pool would write it.
    public enum Value: Equatable, Sendable {
        case text(String)
        case number(Double)
        case integer(Int)
        case flag(Bool)
    }

    /// Canonical event name, such as `share_submitted`.
    public let name: String
    /// Pool time in microseconds since the Unix epoch.
    public let time: Int64
    /// Members of the payload in the order they are written.
    public let members: [(name: String, value: Value)]
    /// The way it is written.
    public var dialect: Dialect = .native
    /// Identifier for dialects that carry one.
    public var identifier: String?

    /// The envelopes the collector accepts (spec 03a §2.1).
    public enum Dialect: Equatable, Sendable {
        /// N: `event`, `ts` and an object `data`.
        case native
        /// F: all members beside `event`.
        case flat
        /// D: `type` and `payload`, with its own member names.
        case dotted
    }

    /// The value of a member.
    public subscript(name: String) -> Value? { members.first { $0.name == name }?.value }

    /// Equal when they would be written alike.
    public static func == (left: PoolEvent, right: PoolEvent) -> Bool { left.encoded() == right.encoded() }
}

extension PoolEvent {
    /// The datagram: one JSON object.
    public func encoded() -> String {
        let seconds = Self.decimal(time)
        switch dialect {
        case .native:
            let id = identifier.map { ",\"event_id\":\"\($0)\"" } ?? ""
            return "{\"event\":\"\(name)\",\"ts\":\(seconds)\(id),\"source\":\"hosted\",\"region\":\"eu\",\"data\":{\(text(of: members))}}"
        case .flat:
            return "{\"event\":\"\(name)\",\"timestamp\":\(seconds),\(text(of: members))}"
        case .dotted:
            guard let (type, payload) = dotted else { return PoolEvent(self, dialect: .native).encoded() }
            let envelope = "\"event_id\":\"\(identifier ?? "")\",\"type\":\"\(type)\",\"timestamp\":\"\(Self.rfc3339(time))\""
            return "{\(envelope),\"pool_instance\":\"demo-1\",\"payload\":{\(text(of: payload))}}"
        }
    }

    private init(_ event: PoolEvent, dialect: Dialect) {
        self = event
        self.dialect = dialect
    }

    /// Dialect D exists for accepted shares here; there `diff` is achieved and `sdiff` is assigned.
    private var dotted: (type: String, payload: [(name: String, value: Value)])? {
        guard name == "share_submitted", self["accepted"] == .flag(true) else { return nil }
        let names = ["diff": "sdiff", "sdiff": "diff", "user": "address"]
        return ("share.accepted", members.filter { $0.name != "accepted" }.map { (names[$0.name] ?? $0.name, $0.value) })
    }

    private func text(of members: [(name: String, value: Value)]) -> String {
        members.map { "\"\($0.name)\":\(Self.json($0.value))" }.joined(separator: ",")
    }

    /// Texts here are addresses, names and constants of ours; quotes and backslashes are escaped all the same.
    private static func json(_ value: Value) -> String {
        switch value {
        case .text(let text): "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        case .number(let number): "\(number)"
        case .integer(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }

    /// Unix seconds with six decimals.
    static func decimal(_ microseconds: Int64) -> String {
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}
