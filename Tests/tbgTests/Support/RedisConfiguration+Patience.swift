import NIOCore
import Redis

extension RedisConfiguration {
    /// For a test's own questions on a machine that other tests keep busy: the service's second is not what such a test is about.
    static func patient(_ url: String) throws -> RedisConfiguration {
        var configuration = try RedisConfiguration(url: url)
        configuration.commandTimeout = .seconds(20)
        return configuration
    }
}
