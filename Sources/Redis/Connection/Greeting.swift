/// The commands a connection begins with: RESP3, account, name, database.
enum Greeting {
    /// Commands to be written at once; each has one reply, and any error among them ends the attempt.
    static func commands(for configuration: RedisConfiguration) -> [RedisCommand] {
        var hello: [RedisArgument] = ["3"]
        if let password = configuration.password {
            hello += ["AUTH", .string(configuration.username ?? "default"), .string(password)]
        }
        if let name = configuration.clientName { hello += ["SETNAME", .string(name)] }
        var commands = [RedisCommand("HELLO", arguments: hello)]
        if configuration.database != 0 { commands.append(RedisCommand("SELECT", configuration.database)) }
        return commands
    }
}
