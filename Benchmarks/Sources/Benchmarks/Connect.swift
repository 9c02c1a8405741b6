import ArgumentParser
import Foundation
import LocalServers

/// How many new authenticated sockets the API opens a second.
struct Connect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "New authenticated sockets a second.")

    @OptionGroup var options: RigOptions

    @Option(help: "Sockets, each of a user of its own.")
    var sockets = 5000

    @Option(help: "How often all of them are opened.")
    var rounds = 3

    func run() async throws {
        try await Rig.run(options) { rig in
            let tokens = rig.directory + "/tokens"
            try await TokenFile.write(to: tokens, users: sockets, rig)
            let api = try await rig.startAPI()
            var rates: [Double] = []
            for round in 1...rounds {
                let log = "\(rig.directory)/connect-\(round).log"
                let arguments = [
                    "broadcast-clients", "--url", "ws://127.0.0.1:\(api.port)/ws", "--tokens", tokens, "--sockets", String(sockets),
                    "--only-connects",
                ]
                let clients = try await ChildProcess.start(Command(Programs.own, arguments, logPath: log))
                let line = try await ClientLog(path: log, child: clients).lines("open", 1)[0]
                rates.append(Double(sockets) / (line.split(separator: " ").last.flatMap { Double($0) } ?? .infinity))
                await clients.stop(grace: .seconds(10))
            }
            await api.stop()
            var report = Report("\(Double(sockets).grouped) new sockets", "", "sockets/s", "spread")
            report.row("authenticated", rates.median.grouped, rates.spread)
            report.show()
        }
    }
}
