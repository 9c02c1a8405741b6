/// A command: its name, known when the program is written, and its arguments.
public struct RedisCommand: Sendable {
    /// The command's name; also what metrics and errors call it.
    public let name: StaticString
    /// Everything behind the name, subcommands included.
    public var arguments: [RedisArgument]

    /// A command with arguments of known number: `RedisCommand("SET", key, 17)`.
    @inlinable
    public init<each Argument: RedisArgumentConvertible>(_ name: StaticString, _ arguments: repeat each Argument) {
        self.name = name
        var list: [RedisArgument] = []
        repeat list.append((each arguments).redisArgument)
        self.arguments = list
    }

    /// A command with a list of arguments.
    public init(_ name: StaticString, arguments: [RedisArgument]) {
        self.name = name
        self.arguments = arguments
    }
}
