/// Why an event cannot be used; it goes to a dead-letter stream under this reason (spec 03a §4.2).
package struct EventRejection: Error, Sendable, Hashable {
    /// Stable code: one of a bounded set, fit for a metric's label.
    package let reason: String
    /// For the operator; never holds payload text.
    package let detail: String

    private init(_ reason: String, detail: String = "") {
        self.reason = reason
        self.detail = detail
    }
}

extension EventRejection {
    /// Not one JSON object in UTF-8, or nested too deep.
    package static func notJSON(_ detail: String) -> EventRejection { EventRejection("not_json", detail: detail) }
    /// An object names a member twice, so that one value could hide the other.
    package static let duplicateMember = EventRejection("duplicate_member")
    /// A required member is absent or null.
    package static func missing(_ member: StaticString) -> EventRejection { EventRejection("missing_\(member)") }
    /// A member has the wrong type or form.
    package static func bad(_ member: StaticString) -> EventRejection { EventRejection("bad_\(member)") }
    /// A number is outside the range its member allows.
    package static func outOfRange(_ member: StaticString) -> EventRejection { EventRejection("out_of_range_\(member)") }
    /// A number of some member does not fit a double, such as `1e400`. The member is named only when it is a known one.
    package static func notFinite(_ member: String?) -> EventRejection {
        EventRejection("out_of_range_" + (member.flatMap { numericMembers.contains($0) ? $0 : nil } ?? "number"))
    }
    /// An accepted share whose user is no address of the configured network.
    package static let badAddress = EventRejection("bad_address")
    /// The envelope's version is newer than this reader.
    package static let unsupportedVersion = EventRejection("unsupported_version")
    /// Older than the time for which shares can still be inserted.
    package static let tooOld = EventRejection("too_old")
    /// The datagram was longer than the buffer.
    package static func truncated(byteCount: Int) -> EventRejection { EventRejection("truncated", detail: "\(byteCount) bytes") }

    private static let numericMembers: Set<String> = [
        "ts", "timestamp", "v", "diff", "sdiff", "client_id", "height", "network_diff", "reward_sats", "reward_sat", "initial_diff",
        "session_duration", "shares_session", "old_diff", "new_diff", "hashrate_1m", "hashrate_5m", "hashrate_1h", "hashrate_1d",
        "hashrate_24h", "new_best", "prev_best",
    ]
}
