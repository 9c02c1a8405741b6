import API
import Bitcoin
import Foundation
import LocalServers
import Logging
import NIOPosix
import Redis
import TestServers
import Testing

/// `tbg login` and `tbg admin` beside a running service (spec 02 §1; 11 §1).
@Suite("Sign-in and administration from the command line", .serialized)
struct CommandLineSignInTests {
    private static let key = PrivateKey(bytes: [UInt8](repeating: 0x77, count: 32))

    private static func address(_ type: AddressType) throws -> String {
        try #require(key?.address(type: type, network: .mainnet)).canonical
    }

    /// A folder with the key as 64 digits, in wallet import format, and with the key of another network.
    private static func keyFiles() async throws -> String {
        let folder = try await TestServers.temporaryDirectory("wallet")
        let key = try #require(key)
        for (name, text) in [
            ("hex", String(repeating: "77", count: 32)), ("wif", key.walletImportFormat(network: .mainnet)),
            ("foreign", key.walletImportFormat(network: .testnet)),
        ] { try Data((text + "\n").utf8).write(to: URL(filePath: "\(folder)/\(name)")) }
        return folder
    }

    private static func login(_ api: Program.API, _ file: String, _ more: String...) async throws -> CommandOutput {
        try await Program.run(["login", "--url", api.url, "--key-file", file] + more)
    }

    private static func me(_ api: Program.API, _ token: String) async throws -> Answer {
        try await api.wire.get("/api/v1/auth/me", [("Authorization", "Bearer \(token)")])
    }

    /// What `tbg login` prints, by its names, which are padded to one width.
    private static func lines(_ output: CommandOutput) -> [String: String] {
        Dictionary(
            output.text.split(separator: "\n").map { line in
                (line.prefix(14).trimmingCharacters(in: .whitespaces), line.dropFirst(14).trimmingCharacters(in: .whitespaces))
            }
        ) { $1 }
    }

    @Test("A local key signs in for every kind of address, from a file in either form or from the prompt")
    func signIn() async throws {
        let folder = try await Self.keyFiles()
        try await Program.withAPI { api in
            for type in [AddressType.p2pkh, .p2sh, .p2wpkh, .p2tr] {
                let output = try await Self.login(api, folder + "/hex", "--type", type.rawValue)
                #expect(output.status == .code(0), "\(output.text)")
                let (lines, address) = (Self.lines(output), try Self.address(type))
                #expect(lines["address"] == address && lines["expires in"] == "3600 s")
                #expect(lines["refresh token"]?.hasPrefix("tbg_rt_") == true)
                let me = try await Self.me(api, try #require(lines["access token"]))
                #expect(me.status == 200 && me.json?["user"]?["btc_address"]?.stringValue == address)
                #expect(me.json?["user"]?["is_verified"]?.boolValue == true)
            }
            let fromFile = try await Self.login(api, folder + "/wif", "--token-only")
            let token = fromFile.text.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(try await Self.me(api, token).status == 200)
            let prompted = try await Program.run(["login", "--url", api.url, "--wif"], input: folder + "/wif")
            let address = try Self.address(.p2wpkh)
            #expect(prompted.status == .code(0) && Self.lines(prompted)["address"] == address, "\(prompted.text)")
            let log = try String(contentsOfFile: api.log, encoding: .utf8)
            for secret in [token, String(repeating: "77", count: 32), address] { #expect(!log.contains(secret)) }
        }
    }

    @Test("What cannot work is told in a sentence that never shows the key")
    func refusals() async throws {
        let folder = try await Self.keyFiles()
        let nowhere = "http://127.0.0.1:\(try await FreePort.take())"
        for (arguments, code, words) in [
            (["login"], 64, "give either --key-file or --wif"),
            (["login", "--wif", "--key-file", folder + "/hex"], 64, "give either --key-file or --wif"),
            (["login", "--key-file", folder + "/missing"], 64, "cannot be read"),
            (["login", "--key-file", folder + "/foreign"], 64, "no private key for mainnet"),
            (["login", "--key-file", folder + "/hex", "--network", "moon"], 64, "--network must be"),
            (["login", "--key-file", folder + "/hex", "--url", nowhere], 1, "tbg login:"),
        ] as [([String], Int32, String)] {
            let output = try await Program.run(arguments)
            #expect(output.status == .code(code) && output.text.contains(words), "\(arguments): \(output.text)")
            #expect(!output.text.contains("7777"))
        }
    }

    @Test("A ban by command is felt by a running service within five seconds, and ends with its lifting")
    func ban() async throws {
        let folder = try await Self.keyFiles()
        try await Program.withAPI { api in
            func admin(_ arguments: String...) async throws -> CommandOutput { try await Program.run(["admin"] + arguments, api.stores) }
            let token = try #require(Self.lines(try await Self.login(api, folder + "/hex"))["access token"])
            let user = try #require(try await Self.me(api, token).json?["user"]?["id"]?.int64Value)

            let banned = try await admin("ban", String(user), "--reason", "cheating")
            #expect(banned.status == .code(0) && banned.text.contains("banned \(user)"), "\(banned.text)")
            try await eventually("the token is refused", limit: .seconds(10)) { try await Self.me(api, token).code == "account_banned" }
            let refused = try await Self.login(api, folder + "/hex")
            #expect(refused.status == .code(1) && refused.text.contains("(403)"), "\(refused.text)")

            #expect(try await admin("unban", String(user)).status == .code(0))
            #expect(try await Self.login(api, folder + "/hex").status == .code(0))
            let audit = try await Psql().run(
                "select string_agg(action || ' ' || resource_id, ',' order by id) from audit_log where actor_type = 'admin'",
                on: try #require(api.stores["DATABASE_URL"])
            )
            #expect(audit.contains("user.banned \(user),user.unbanned \(user)"))

            let missing = try await admin("ban", "404")
            #expect(missing.status == .code(1) && missing.text.contains("there is no user 404"), "\(missing.text)")
            #expect(try await admin("ban", "nobody").status == .code(64))
        }
    }

    @Test("A ban by command takes its user out of the ranks, a pardon brings the best back")
    func ranks() async throws {
        let folder = try await Self.keyFiles()
        try await Program.withAPI { api in
            let token = try #require(Self.lines(try await Self.login(api, folder + "/hex"))["access token"])
            let user = String(try #require(try await Self.me(api, token).json?["user"]?["id"]?.int64Value))
            _ = try await Psql().run(
                """
                insert into personal_bests (user_id, timeframe, period_key, best_difficulty, share_time, created_at, updated_at)
                values (\(user), 'alltime', 'all', 4096, now(), now(), now())
                """,
                on: try #require(api.stores["DATABASE_URL"])
            )
            let redis = RedisClient(
                configuration: try RedisConfiguration(url: try #require(api.stores["REDIS_URL"])),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            func best() async throws -> Double? {
                try await redis.send(RedisCommand("ZSCORE", "mining:rank:alltime:all", user)).double
            }
            try await redis.send(RedisCommand("ZADD", "mining:rank:alltime:all", 4096, user))
            #expect(try await best() == 4096)
            #expect(try await Program.run(["admin", "ban", user], api.stores).status == .code(0))
            #expect(try await best() == nil)
            #expect(try await Program.run(["admin", "unban", user], api.stores).status == .code(0))
            #expect(try await best() == 4096)
            await redis.close()
        }
    }

    @Test("Administrators are made and unmade by the address of their account")
    func administrators() async throws {
        let folder = try await Self.keyFiles()
        try await Program.withAPI { api in
            func admin(_ arguments: String...) async throws -> CommandOutput { try await Program.run(["admin"] + arguments, api.stores) }
            let token = try #require(Self.lines(try await Self.login(api, folder + "/hex"))["access token"])
            let address = try Self.address(.p2wpkh)
            for (command, isAdmin) in [("grant", true), ("revoke", false)] {
                #expect(try await admin(command, address.uppercased()).status == .code(0))
                try await eventually(command, limit: .seconds(10)) {
                    try await Self.me(api, token).json?["is_admin"]?.boolValue == isAdmin
                }
            }
            let unknown = try await admin("grant", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
            #expect(unknown.status == .code(1) && unknown.text.contains("no account has this address"), "\(unknown.text)")
            #expect(try await admin("grant", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx").status == .code(64))
        }
    }
}
