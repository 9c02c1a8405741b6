import ArgumentParser
import Glibc
import LocalServers

/// `bench NAME`: one benchmark, with servers of its own. Every number printed was measured in the same run as the one it is compared with.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures the service. Run it through Benchmarks/run, which builds what it measures.",
        subcommands: [
            Selects.self,
            Health.self,
            Ingest.self,
            IngestFull.self,
            GamificationCost.self,
            Sockets.self,
            Broadcast.self,
            Connect.self,
            Storm.self,
            SignIns.self,
            Me.self,
            Dashboard.self,
            Answers.self,
            Passwords.self,
            Reads.self,
            GamificationReads.self,
            Latency.self,
            BadgeLatency.self,
            Endurance.self,
            BareServer.self,
            SocketClients.self,
            BroadcastClients.self,
            StormClients.self,
            BadgeClients.self,
            EnduranceClients.self,
            BareBroadcast.self,
        ]
    )

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        FileLimit.raise()
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as LocalServerError {
            print("bench: \(error)")
            Glibc.exit(1)
        } catch {
            exit(withError: error)
        }
    }
}

/// What makes a run worthless: it prints no figures then.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Ten thousand sockets need as many descriptors, here and in the children.
enum FileLimit {
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
