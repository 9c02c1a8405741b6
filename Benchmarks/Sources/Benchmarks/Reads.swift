import API
import ArgumentParser
import Bitcoin
import Foundation
import GameRules
import LocalServers
import Platform
import Postgres

/// What the dashboard asks for most, for a miner with ten shares and for one with a million, compared with `GET /health`.
struct Reads: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Routes of mining for a small and a great miner against GET /health.")

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement.")
    var seconds = 1

    @Option(help: "Shares of the great miner, spread over the last twenty days.")
    var shares = 1_000_000

    private static let smallShares = 10
    private static let days: Int64 = 20
    /// Entries of a page while the deep cursor is looked for, the most a page may have.
    private static let stride = 100
    private static let deepEntries = 200_000
    private static let path = "/api/v1/mining/"

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            let signers = WalletClient.signers(2, .p2wpkh)
            let client = try WalletClient(url: api.url)
            let tokens = try signers.map { try client.signIn($0) }
            try await load(rig, signers.map(\.address.canonical))

            let deep = try cursor(client, tokens[1])
            func side(_ path: String, _ name: String, of miner: Int) -> Comparison.Side {
                let name = "\(name), \(Double(miner == 0 ? Self.smallShares : shares).grouped) shares"
                return Comparison.Side(name: name, url: api.url + Self.path + path, headers: ["Authorization: Bearer " + tokens[miner]])
            }
            let health = Comparison.Side(name: "/health", url: api.url + "/health")
            let first = side("shares?limit=20", "shares, first page", of: 1)
            let later = side("shares?limit=20&cursor=\(deep)", "shares, page \(Double(Self.deepEntries / 20).grouped)", of: 1)
            var comparisons = ["summary", "hashrate", "shares/stats"].flatMap { page in
                let great = side(page, page, of: 1)
                return [Comparison(great, to: health, atLeast: 0.4), Comparison(great, to: side(page, page, of: 0), atLeast: 0.9)]
            }
            comparisons += [first, later].map { Comparison($0, to: health, atLeast: 0.2) } + [Comparison(later, to: first, atLeast: 0.9)]
            try await Comparison.measure(&comparisons, turns: options.repetitions ?? 9, seconds: seconds)
            await api.stop()
            Comparison.show(comparisons, "requests per second, wrk with 64 connections")
        }
    }

    /// Puts shares where ingest would have put them, and makes the sums of them and the live figures with the service's own tools.
    private func load(_ rig: Rig, _ addresses: [String]) async throws {
        let now = Clock.system.now()
        let database = try await rig.databaseClient { $0.statementTimeout = .seconds(600) }
        let keeper = TimeTableKeeper(database: database)
        for day in 0...Self.days { try await keeper.makeRanges(at: now.adding(seconds: -day * 86_400)) }
        await database.close()
        for (address, count) in zip(addresses, [Self.smallShares, shares]) {
            try await rig.psql(
                """
                insert into workers (user_id, worker_name, first_seen, last_seen, is_online)
                select id, 'rig-1', now() - interval '\(Self.days) days', now(), true from users where btc_address = '\(address)'
                """,
                """
                insert into shares (time, btc_address, worker_name, difficulty, share_diff, is_valid, nonce, event_id, user_id, worker_id)
                select now() - n * (interval '\(Self.days) days' / \(count)), u.btc_address, 'rig-1', 1024, 1024 / (random() + 1e-9),
                    n % 100 <> 0, '5f3c0a1b', gen_random_uuid(), u.id, w.id
                from generate_series(0, \(count - 1)) n, users u join workers w on w.user_id = u.id where u.btc_address = '\(address)'
                """
            )
        }
        let from = UTCDay(containing: now.adding(seconds: -Self.days * 86_400))
        let arguments = ["rebuild", "rollups", "--from", "\(from)", "--to", "\(UTCDay(containing: now))", "--apply"]
        for arguments in [arguments, ["mining", "rebuild-live"]] {
            try await Command(Programs.service, arguments, environment: rig.variables).runSuccessfully()
        }
        try await rig.psql("vacuum analyze")
    }

    /// The cursor behind the first two hundred thousand shares.
    private func cursor(_ client: WalletClient, _ token: String) throws -> String {
        var path = "\(Self.path)shares?limit=\(Self.stride)"
        var cursor = ""
        for _ in 0..<min(Self.deepEntries, shares - Self.stride) / Self.stride {
            guard case .object(let page)? = try client.get(path, token: token)["pagination"], let next = page["next_cursor"]?.stringValue
            else {
                throw BenchmarkFailure("a page without a next one")
            }
            cursor = next
            path = "\(Self.path)shares?limit=\(Self.stride)&cursor=\(next)"
        }
        return cursor
    }
}
