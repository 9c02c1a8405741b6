/// One budget a request draws on.
package struct RateBucket: Sendable, Equatable {
    /// Name of the class, part of the key.
    package let rateClass: String
    /// Whose budget: an address group, a user id, a hash. Never a secret, address or e-mail in clear.
    package let key: String
    /// Requests per 60 s.
    package let limit: Double

    /// A budget of `limit` requests in 60 s for `key`.
    package init(rateClass: String, key: String, limit: Double) {
        self.rateClass = rateClass
        self.key = key
        self.limit = limit
    }
}

/// What the limiter answers: the bucket with the least left decides the headers (spec 01 §7.3).
package struct RateDecision: Sendable, Equatable {
    /// Whether the request may go on. A refused one has counted nowhere.
    package let isAdmitted: Bool
    /// `X-RateLimit-Limit`.
    package let limit: Int
    /// `X-RateLimit-Remaining`.
    package let remaining: Int
    /// `X-RateLimit-Reset`, Unix seconds.
    package let reset: Int64
    /// `Retry-After`, whole seconds; 0 when admitted.
    package let retryAfterSeconds: Int
    /// Class of the refusing (or tightest) bucket, for metrics.
    package let rateClass: String

    /// Judges all buckets together: either every one admits, or none is charged.
    /// - Parameter windows: the counters of each bucket, in the buckets' order.
    init(_ buckets: [RateBucket], _ windows: [RateWindow], now: Int64) {
        let pairs = zip(buckets, windows)
        let refusing = pairs.filter { !$1.admits(limit: $0.limit) }
        isAdmitted = refusing.isEmpty
        retryAfterSeconds = refusing.map { $1.retryAfterSeconds(limit: $0.limit) }.max() ?? 0
        let added = refusing.isEmpty ? 1 : 0
        let tightest = pairs.min { $0.1.remaining(limit: $0.0.limit, added: added) < $1.1.remaining(limit: $1.0.limit, added: added) }
        limit = Int(tightest?.0.limit ?? 0)
        remaining = tightest.map { $1.remaining(limit: $0.limit, added: added) } ?? 0
        rateClass = refusing.first?.0.rateClass ?? tightest?.0.rateClass ?? ""
        let second = now / 1000
        reset = refusing.isEmpty ? (RateWindow.index(at: now) + 1) * RateWindow.length / 1000 : second + Int64(retryAfterSeconds)
    }
}
