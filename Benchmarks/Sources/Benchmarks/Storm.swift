import ArgumentParser
import Foundation
import LocalServers

/// How long ten thousand clients are without a socket when their node goes and another one takes all of them.
struct Storm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "10,000 sockets come back to another node.")

    @OptionGroup var options: RigOptions

    @Option(help: "Sockets, each of a user of its own.")
    var sockets = 10_000

    func run() async throws {
        try await Rig.run(options) { rig in
            let tokens = rig.directory + "/tokens"
            try await TokenFile.write(to: tokens, users: sockets, rig)
            let stopped = try await measure("stopped", SIGTERM, tokens, rig)
            let killed = try await measure("killed", SIGKILL, tokens, rig)

            var report = Report(
                "\(Double(sockets).grouped) sockets lose their node and come back to another, as the dashboard does: after 1 to 2 s, then later",
                "",
                "all back, s",
                "median gap, s",
                "longest, s",
                "refused"
            )
            for (name, figures) in [("stopped: closed over 10 s", stopped), ("killed: all at once", killed)] {
                report.row(name, figures[0].formatted(1), figures[1].formatted(1), figures[2].formatted(1), figures[3].grouped)
            }
            report.atMost(60, max(stopped[0], killed[0]), "all back", unit: "s")
            report.show()
        }
    }

    /// Seconds from the first loss until all are served again, those a client was without, their median and the longest; and attempts that
    /// failed.
    private func measure(_ name: String, _ signal: Int32, _ tokens: String, _ rig: Rig) async throws -> [Double] {
        let old = try await rig.startAPI(["TBG_DRAIN_SECONDS": "5"])
        let new = try await rig.startAPI()
        let log = "\(rig.directory)/storm-\(name).log"
        let arguments = [
            "storm-clients", "--url", "ws://127.0.0.1:\(old.port)/ws", "--then", "ws://127.0.0.1:\(new.port)/ws", "--tokens", tokens,
            "--sockets", String(sockets),
        ]
        let clients = try await ChildProcess.start(Command(Programs.own, arguments, logPath: log))
        _ = try await ClientLog(path: log, child: clients).lines("open", 1)
        await old.child.stop(signal: signal, grace: .seconds(40))
        let line = try await ClientLog(path: log, child: clients).lines("back", 1)[0]
        await clients.stop(grace: .seconds(10))
        await new.stop()
        return line.split(separator: " ").dropFirst().compactMap { Double($0) }
    }
}
