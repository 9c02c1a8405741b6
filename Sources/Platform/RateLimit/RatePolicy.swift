package import API

extension RateClass {
    /// Opening a socket: attempts, not messages (spec 04 §7.1).
    package static let sockets = RateClass("sockets")
}

/// The budgets each rate class draws on, requests per 60 s (spec 01 §7.1).
enum RatePolicy {
    static func buckets(_ rate: RateClass, _ identity: Identity, _ client: ClientAddress) -> [RateBucket] {
        switch rate {
        case .none:
            return []
        case .relaxed:
            return [RateBucket(rateClass: "relaxed", key: client.group, limit: 300)]
        case .standard:
            return [signedIn(identity) ?? anonymous(client)]
        case .sockets:
            var buckets = [RateBucket(rateClass: "sockets", key: client.group, limit: 60)]
            if case .claimed(_, let bucket, _, _) = identity {
                buckets.append(RateBucket(rateClass: "sockets_user", key: bucket, limit: 10))
            }
            return buckets
        default:
            return [anonymous(client)]
        }
    }

    private static func signedIn(_ identity: Identity) -> RateBucket? {
        guard case .claimed(_, let bucket, let isKey, _) = identity else { return nil }
        return RateBucket(rateClass: "standard", key: bucket, limit: isKey ? 600 : 120)
    }

    /// Unknown paths and callers without good credentials.
    private static func anonymous(_ client: ClientAddress) -> RateBucket {
        RateBucket(rateClass: "default", key: client.group, limit: 60)
    }
}
