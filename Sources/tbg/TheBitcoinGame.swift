import ArgumentParser

/// The one program: every role and tool is a subcommand in a file of its own under Commands.
@main
struct TheBitcoinGame: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tbg",
        abstract: "The Bitcoin Game: solo mining as a game.",
        subcommands: [
            Dev.self,
            Api.self,
            Worker.self,
            Collect.self,
            Migrate.self,
            Config.self,
            OpenAPICommand.self,
            TaskCommand.self,
            Keys.self,
            Admin.self,
            Login.self,
            Simulate.self,
            Healthcheck.self,
            DeadLetter.self,
            MiningCommand.self,
            Rebuild.self,
        ]
    )
}
