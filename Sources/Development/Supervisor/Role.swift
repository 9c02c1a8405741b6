/// The processes of a development instance.
public enum Role: String, CaseIterable, Comparable, Sendable {
    case postgres, redis, api, worker, collect, simulate

    /// Roles that must have ended before this one is asked to end: whoever writes to it or through it.
    var endsAfter: Set<Role> {
        switch self {
        case .simulate, .api: []
        case .collect: [.simulate]
        case .worker: [.collect]
        case .redis, .postgres: [.api, .worker, .collect, .simulate]
        }
    }

    /// How long it may take to end before it is killed; together below 10 s along every chain of ``endsAfter``.
    var grace: Duration {
        switch self {
        case .simulate: .seconds(1)
        case .api: .seconds(6)
        case .collect: .milliseconds(2_500)
        case .worker: .milliseconds(2_500)
        case .redis, .postgres: .seconds(3)
        }
    }

    /// By name.
    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}
