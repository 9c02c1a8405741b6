import API
import ArgumentParser
import AsyncHTTPClient
import Bitcoin
import LocalServers
import NIOCore
import NIOHTTP1
import NIOPosix

/// How long answers take that must not tell whether an e-mail has an account (spec 02 §15, §16.16): known and unknown, in turn.
struct Answers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Answers to known and to unknown e-mails, by their time.")

    @OptionGroup var options: RigOptions

    @Option(help: "Tries of each kind.")
    var tries = 200

    /// Wrong passwords an e-mail may have from one network before it is locked out.
    private static let triesPerMailbox = 10

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
            let base = api.url + "/api/v1/auth"
            let wallets = WalletClient.signers(tries / Self.triesPerMailbox, .p2wpkh)
            for (index, wallet) in wallets.enumerated() {
                let account: JSONObject = [
                    "email": .string("known\(index)@example.com"), "password": "Gr4vel-Lantern",
                    "btc_address": .string(wallet.address.canonical),
                ]
                _ = try await Self.milliseconds(client, base + "/register", account, answering: .ok)
            }

            let logins = try await measure(client, base + "/login", ["password": "Wr0ng-password"], answering: .unauthorized)
            let forgotten = try await measure(client, base + "/forgot-password", [:], answering: .ok)
            try await client.shutdown()
            await api.stop()

            var report = Report("milliseconds to an answer, medians of \(tries)", "", "known", "unknown")
            for (name, times) in [("wrong password", logins), ("forgotten password", forgotten)] {
                report.row(name, times.known.median.formatted(2), times.unknown.median.formatted(2))
            }
            report.atMost(10, abs(logins.known.median - logins.unknown.median), "difference, wrong password", unit: "ms")
            report.atMost(5, abs(forgotten.known.median - forgotten.unknown.median), "difference, forgotten password", unit: "ms")
            report.show()
        }
    }

    private func measure(
        _ client: HTTPClient,
        _ url: String,
        _ members: JSONObject,
        answering status: HTTPResponseStatus
    ) async throws -> (known: [Double], unknown: [Double]) {
        var (known, unknown): ([Double], [Double]) = ([], [])
        for number in 0..<tries {
            var body = members
            let mailbox = "\(number / Self.triesPerMailbox)@example.com"
            body["email"] = .string("known" + mailbox)
            known.append(try await Self.milliseconds(client, url, body, answering: status))
            body["email"] = .string("other" + mailbox)
            unknown.append(try await Self.milliseconds(client, url, body, answering: status))
        }
        return (known, unknown)
    }

    private static func milliseconds(
        _ client: HTTPClient,
        _ url: String,
        _ object: JSONObject,
        answering status: HTTPResponseStatus
    ) async throws -> Double {
        var writer = JSONWriter()
        writer.value(.object(object))
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(writer.buffer)
        let (seconds, answer) = try await stopwatch {
            let response = try await client.execute(request, timeout: .seconds(30))
            return (response.status, try await response.body.collect(upTo: 1 << 16))
        }
        guard answer.0 == status else { throw BenchmarkFailure("\(url) answered \(answer.0.code): \(String(buffer: answer.1))") }
        return seconds * 1000
    }
}
