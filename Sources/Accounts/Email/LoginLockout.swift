import GameRules
import Platform
import Redis

/// Keeps guessers from an account without keeping its owner out (spec 02 §6 login): ten failures from one network within 15 minutes lock
/// that network out, a hundred from everywhere within an hour lock the e-mail. E-mails nobody registered are treated alike.
struct LoginLockout: Sendable {
    private let byNetwork: FailureWindow
    private let byEmail: FailureWindow

    init(redis: RedisClient) {
        byNetwork = FailureWindow(limit: 10, seconds: 900, keyPrefix: "auth:fail:", redis: redis)
        byEmail = FailureWindow(limit: 100, seconds: 3600, keyPrefix: "auth:fail:", redis: redis)
    }

    /// Whole seconds until the next attempt; nil when it may be now.
    /// - Parameters:
    ///   - email: its subject hash.
    ///   - network: the caller's address group.
    func refusal(email: String, network: String, at now: Instant) async -> Int? {
        async let here = byNetwork.refusal(of: email + ":" + network, at: now)
        async let everywhere = byEmail.refusal(of: email, at: now)
        return await [here, everywhere].compactMap(\.self).max()
    }

    func noteFailure(email: String, network: String, at now: Instant) async {
        async let here: Void = byNetwork.note(email + ":" + network, at: now)
        async let everywhere: Void = byEmail.note(email, at: now)
        _ = await (here, everywhere)
    }

    /// Forgets the failures, at a success.
    func clear(email: String, network: String) async {
        async let here: Void = byNetwork.clear([email + ":" + network])
        async let everywhere: Void = byEmail.clear([email])
        _ = await (here, everywhere)
    }
}
