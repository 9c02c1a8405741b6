package import GameRules
package import Redis

/// What an operation is going to read of Redis for its caller. As long as this node remembers the caller's account it is asked for in one
/// round trip with the limits, and the operation finds the answers in its context; otherwise it finds none and asks for itself.
///
/// A caller who is then refused has cost Redis these reads, so they are few and small.
package typealias Foresight = @Sendable (_ caller: RememberedCaller, _ now: Instant) -> [RedisCommand]

/// Whom credentials are of, as far as this node remembers. Nothing is decided by it: the account may have changed since.
package struct RememberedCaller: Sendable, Equatable {
    package let user: UserID
    /// Canonical address of the account.
    package let address: String

    package init(user: UserID, address: String) {
        self.user = user
        self.address = address
    }
}

/// Answers to what was foreseen, in the order of the commands.
package typealias ForeseenReplies = RateLimiter.Replies
