import API
import ArgumentParser
import AsyncHTTPClient
import Bitcoin
import LocalServers
import NIOCore
import NIOHTTP1
import NIOPosix

/// What password sign-ins do to everybody else: the time of `GET /api/v1/users/me` without them and with as many as the node hashes.
struct Passwords: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "GET /users/me while passwords are hashed, and while none are.")

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement.")
    var seconds = 5

    @Option(help: "Sign-ins at once.")
    var clients = 4

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            guard let wallet = WalletClient.signers(1, .p2wpkh).first else { throw BenchmarkFailure("no wallet") }
            let header = "Authorization: Bearer " + (try WalletClient(url: api.url).signIn(wallet))
            let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)

            var (quiet, busy): ([Wrk], [Wrk]) = ([], [])
            var hashed = 0
            _ = try await load(api.url, header)
            for _ in 0..<(options.repetitions ?? 5) {
                quiet.append(try await load(api.url, header))
                let (measured, count) = try await withSignIns(client, api.url) { try await load(api.url, header) }
                busy.append(measured)
                hashed += count
            }
            try await client.shutdown()
            await api.stop()

            var report = Report("GET /api/v1/users/me, wrk with 64 connections", "", "per second", "p99 ms", "range")
            for (name, runs) in [("no sign-ins", quiet), ("\(clients) sign-ins with a password at once", busy)] {
                let p99 = runs.map(\.p99)
                report.row(name, runs.map(\.requestsPerSecond).median.grouped, p99.median.formatted(2), p99.spread)
            }
            report.row("passwords hashed per second", (Double(hashed) / Double(busy.count * seconds)).formatted(1), "", "")
            report.atMost(2, busy.map(\.p99).median / quiet.map(\.p99).median, "p99, with to without", unit: "times")
            report.show()
        }
    }

    private func load(_ url: String, _ header: String) async throws -> Wrk {
        try await Wrk.run(url + "/api/v1/users/me", seconds: seconds, headers: [header])
    }

    /// Runs `body` while clients try wrong passwords, each of a mailbox of its own; a try costs a hash whether there is an account or not.
    /// - Returns: what `body` returns, and how many tries were answered.
    private func withSignIns<Value: Sendable>(
        _ client: HTTPClient,
        _ url: String,
        _ body: @Sendable () async throws -> Value
    ) async throws -> (Value, Int) {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<clients {
                group.addTask {
                    var answered = 0
                    while !Task.isCancelled {
                        guard try await Self.signIn(client, url, mailbox: "\(number)-\(answered)-\(UInt32.random(in: 0...UInt32.max))")
                        else {
                            break
                        }
                        answered += 1
                    }
                    return answered
                }
            }
            let value = try await body()
            group.cancelAll()
            return (value, try await group.reduce(0, +))
        }
    }

    /// - Returns: false when cancelled meanwhile.
    private static func signIn(_ client: HTTPClient, _ url: String, mailbox: String) async throws -> Bool {
        var writer = JSONWriter()
        writer.value(.object(["email": .string("bench-\(mailbox)@example.com"), "password": "Wr0ng-password"]))
        var request = HTTPClientRequest(url: url + "/api/v1/auth/login")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(writer.buffer)
        do {
            let response = try await client.execute(request, timeout: .seconds(60))
            _ = try await response.body.collect(upTo: 1 << 16)
            guard response.status == .unauthorized else { throw BenchmarkFailure("a wrong password was answered \(response.status.code)") }
            return true
        } catch is CancellationError {
            return false
        }
    }
}
