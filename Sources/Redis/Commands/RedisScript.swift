import Crypto

/// A Lua script, called by the SHA-1 of its source and sent in full only when the server does not know it.
public struct RedisScript: Sendable {
    /// The Lua source.
    public let source: String
    /// SHA-1 of the source in lower-case hex, the name Redis caches it under.
    public let sha1: String

    /// A script.
    public init(_ source: String) {
        self.source = source
        let digits = Array("0123456789abcdef".utf8)
        let hex = Insecure.SHA1.hash(data: Array(source.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        sha1 = String(decoding: hex, as: UTF8.self)
    }

    /// The command that runs the script by its hash; a server that has not seen it answers with an error (`isNoScript`).
    public func call(_ keys: [String], _ arguments: [RedisArgument]) -> RedisCommand {
        RedisCommand("EVALSHA", arguments: [.string(sha1), .integer(keys.count)] + keys.map { .string($0) } + arguments)
    }

    func callWithSource(_ keys: [String], _ arguments: [RedisArgument]) -> RedisCommand {
        RedisCommand("EVAL", arguments: [.string(source), .integer(keys.count)] + keys.map { .string($0) } + arguments)
    }
}
