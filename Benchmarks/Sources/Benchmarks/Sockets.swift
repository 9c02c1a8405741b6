import ArgumentParser
import Foundation
import LocalServers

/// What an idle socket costs: resident memory of the API with ten thousand authenticated sockets, beyond what it takes without any.
struct Sockets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Resident memory of 10,000 idle sockets.")

    @OptionGroup var options: RigOptions

    @Option(help: "Sockets.")
    var sockets = 10_000

    @Option(help: "Users they belong to; one may have five.")
    var users = 10_000

    func validate() throws {
        guard users >= 1, sockets <= 5 * users else { throw ValidationError("a user may have five sockets") }
    }

    func run() async throws {
        try await Rig.run(options) { rig in
            let tokens = rig.directory + "/tokens"
            try await TokenFile.write(to: tokens, users: users, rig)
            let api = try await rig.startAPI()
            let idle = api.memory.residentKibibytes
            api.memory.resetPeak()

            let log = rig.directory + "/socket-clients.log"
            let arguments = ["socket-clients", "--url", "ws://127.0.0.1:\(api.port)/ws", "--tokens", tokens, "--sockets", String(sockets)]
            let clients = try await ChildProcess.start(Command(Programs.own, arguments, logPath: log))
            let (opening, _) = try await stopwatch { try await waitForLine("open \(sockets)", in: log, clients) }
            // Whatever opening them needed for a moment is given back by now.
            try await Task.sleep(for: .seconds(10))
            let (full, peak) = (api.memory.residentKibibytes, api.memory.peakKibibytes)
            guard clients.isRunning, try String(contentsOfFile: log, encoding: .utf8) == "open \(sockets)\n" else {
                throw BenchmarkFailure("sockets were lost: see \(log)")
            }
            await clients.stop(grace: .seconds(10))
            await api.stop()

            var report = Report("\(Double(sockets).grouped) idle sockets of \(Double(users).grouped) users", "", "KiB resident")
            report.row("without sockets", Double(idle).grouped)
            report.row("with sockets", Double(full).grouped)
            report.row("most while they opened", Double(peak).grouped)
            report.row("opened per second", (Double(sockets) / opening).grouped)
            report.atMost(8, Double(full - idle) / Double(sockets), "each socket", unit: "KiB")
            report.show()
        }
    }

    private func waitForLine(_ line: String, in path: String, _ child: ChildProcess) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while !((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").contains(line + "\n") {
            guard child.isRunning, ContinuousClock.now < deadline else { throw BenchmarkFailure("the sockets did not open: see \(path)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
