import API

/// The budgets each rate class draws on, requests per 60 s (spec 01 §7.1).
enum RatePolicy {
    /// - Parameters:
    ///   - route: the operation; credentials are counted route by route.
    ///   - subject: whom a credentials call is about, hashed.
    static func buckets(
        _ rate: RateClass,
        route: String,
        _ identity: Identity,
        _ client: ClientAddress,
        subject: String?
    ) -> [RateBucket] {
        switch rate {
        case .none:
            return []
        case .relaxed:
            return [RateBucket(rateClass: "relaxed", key: client.group, limit: 300)]
        case .standard:
            return [signedIn(identity) ?? anonymous(client)]
        case .strict:
            guard let standard = signedIn(identity), case .claimed(_, let bucket, _, _) = identity else { return [anonymous(client)] }
            return [RateBucket(rateClass: "strict", key: "\(bucket):\(route)", limit: 10), standard]
        case .admin:
            guard case .claimed(_, let bucket, _, _) = identity else { return [anonymous(client)] }
            return [RateBucket(rateClass: "strict_admin", key: bucket, limit: 30)]
        case .credentials:
            return credentials("strict_credentials", route, client, subject, bySubject: 5, byAddress: 20)
        case .registration:
            return credentials("strict_registration", route, client, subject, bySubject: 3, byAddress: 10)
        case .forgottenPassword:
            return credentials("strict_forgotten_password", route, client, subject, bySubject: 3, byAddress: 5)
        case .refresh:
            return [RateBucket(rateClass: "strict_refresh", key: client.group, limit: 60)]
                + (subject.map { [RateBucket(rateClass: "strict_refresh", key: $0, limit: 10)] } ?? [])
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

    private static func credentials(
        _ name: String,
        _ route: String,
        _ client: ClientAddress,
        _ subject: String?,
        bySubject: Double,
        byAddress: Double
    ) -> [RateBucket] {
        let all = RateBucket(rateClass: name, key: "\(client.group):\(route)", limit: byAddress)
        guard let subject else { return [all] }
        return [RateBucket(rateClass: name, key: "\(client.group):\(route):\(subject)", limit: bySubject), all]
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
