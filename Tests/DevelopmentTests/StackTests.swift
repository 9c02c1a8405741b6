import Bitcoin
import Foundation
import Glibc
import LocalServers
import Synchronization
import Testing

@testable import Development

@Suite("Pieces of the development instance")
struct StackPieceTests {
    @Test("The endpoints file has the documented members, is private and follows the process ids")
    func endpoints() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/endpoints.json"
        let file = EndpointsFile(path: path, tokenPath: folder.path + "/demo-token")
        file.update(pids: [.redis: 5])
        #expect(!FileManager.default.fileExists(atPath: path))
        let endpoints = Endpoints(
            baseURL: "http://localhost:1",
            wsURL: "ws://localhost:1/ws",
            redisURL: "unix:///r",
            postgresURL: "postgres://p",
            collectorSocket: "/c",
            metricsURL: "http://localhost:2/metrics",
            pids: [:],
            demoUsers: [.init(address: "bc1q", token: "t")]
        )
        try file.publish(endpoints)
        file.update(pids: [.redis: 6, .api: 7])
        let data = try #require(FileManager.default.contents(atPath: path))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "base_url", "ws_url", "redis_url", "postgres_url", "collector_socket", "metrics_url", "pids", "demo_users",
            ]
        )
        #expect(object["pids"] as? [String: Int32] == ["redis": 6, "api": 7, "dev": getpid()])
        #expect((object["demo_users"] as? [[String: String]])?.first == ["address": "bc1q", "token": "t"])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(try String(contentsOfFile: folder.path + "/demo-token", encoding: .utf8) == "t\n")
        file.remove()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test("Secrets are made once, private, and give valid addresses")
    func keys() throws {
        let folder = try TemporaryDirectory()
        let first = try DevelopmentKeys(directory: folder.path)
        let second = try DevelopmentKeys(directory: folder.path)
        #expect(first.minerSeeds == second.minerSeeds)
        #expect(Set(first.minerSeeds).count == 3)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        let pem = try String(contentsOfFile: first.signingKeyPath, encoding: .utf8)
        #expect(pem.hasPrefix("-----BEGIN") && pem.contains("PRIVATE KEY"))
        let addresses = DemoUsers(seeds: first.minerSeeds, network: .regtest).addresses
        #expect(addresses.count == 3)
        for address in addresses { #expect(try BitcoinAddress(parsing: address, network: .regtest).type == .p2wpkh) }
        try "damaged".write(toFile: folder.path + "/demo-miner-2", atomically: true, encoding: .utf8)
        #expect(throws: DevelopmentError.damagedFile(folder.path + "/demo-miner-2")) { try DevelopmentKeys(directory: folder.path) }
    }

    @Test("The standard demo addresses are those of the private keys 1, 2 and 3")
    func standardAddresses() {
        // BIP-173 gives the first: the generator point's address.
        #expect(DemoUsers.standardAddresses(network: .mainnet).first == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    }

    @Test("Roles get the instance's addresses and secrets as files, the operator's other variables stay")
    func environment() throws {
        let folder = try TemporaryDirectory()
        let environment = DevelopmentEnvironment(
            databaseURL: "postgres://tbg@/thebitcoingame?host=/s",
            redisURL: "unix:///r",
            collectorSocket: "/c",
            spoolDirectory: "/spool",
            mailDirectory: "/mail",
            keys: try DevelopmentKeys(directory: folder.path),
            port: 8_000,
            metricsPort: 9_101,
            workerMetricsPort: 9_102,
            collectorPort: 9_105,
            rateLimitScale: 2.5
        )
        let inherited = ["PATH": "/bin", "TBG_LOG_LEVEL": "debug", "TBG_SESSION_KEY": "plain", "TBG_DATABASE_URL": "postgres://other"]
        let api = environment.variables(for: .api, inherited: inherited)
        #expect(api["PATH"] == "/bin")
        #expect(api["TBG_LOG_LEVEL"] == "debug")
        #expect(api["TBG_SESSION_KEY"] == nil)
        #expect(api["TBG_SESSION_KEY_FILE"] == folder.path + "/session-key")
        #expect(api["TBG_DATABASE_URL"] == "postgres://tbg@/thebitcoingame?host=/s")
        #expect(api["TBG_RATE_LIMIT_SCALE"] == "2.5")
        #expect(api["TBG_METRICS_PORT"] == "9101")
        #expect(api["TBG_EMAIL_PROVIDER"] == "file" && api["TBG_EMAIL_FILE_DIR"] == "/mail")
        #expect(environment.variables(for: .api, inherited: ["TBG_EMAIL_PROVIDER": "smtp"])["TBG_EMAIL_PROVIDER"] == "smtp")
        #expect(environment.variables(for: .worker, inherited: inherited)["TBG_METRICS_PORT"] == "9102")
        #expect(environment.variables(for: .collect, inherited: inherited)["TBG_COLLECTOR_ADMIN_PORT"] == "9105")
    }

    @Test("A claimed port is refused to a second claim, and a listening one to every claim")
    func ports() throws {
        let claim = try PortClaim.near(18_000, fallback: 18_001)
        #expect(throws: DevelopmentError.portInUse(claim.port)) { try PortClaim.exactly(claim.port) }
        #expect(try PortClaim.near(claim.port, fallback: 18_001).port != claim.port)

        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0, listen(descriptor, 1) == 0 else { return 0 }
                getsockname(descriptor, address, &length)
                return 1
            } == 1 ? Int(in_port_t(bigEndian: pointer.pointee.sin_port)) : 0
        }
        #expect(port > 0)
        #expect(throws: DevelopmentError.portInUse(port)) { try PortClaim.exactly(port) }
    }

    @Test("Each failure to start has its exit code")
    func exitCodes() {
        #expect(DevelopmentError.exitCode(for: DevelopmentError.portInUse(1)) == 69)
        #expect(DevelopmentError.exitCode(for: LocalServerError.directoryInUse(path: "/x", holder: nil)) == 75)
        #expect(DevelopmentError.exitCode(for: LocalServerError.missingProgram(name: "x", debianPackage: "y")) == 69)
        #expect(DevelopmentError.exitCode(for: DevelopmentError.migrationFailed("")) == 1)
    }

    @Test("Reset removes the state and nothing else; large logs keep one generation")
    func files() throws {
        let folder = try TemporaryDirectory()
        let paths = StatePaths(directory: folder.path + "/")
        #expect(paths.directory == folder.path)
        try paths.create()
        try Data(count: 20).write(to: URL(fileURLWithPath: paths.log(of: "api")))
        try Data(count: 5).write(to: URL(fileURLWithPath: paths.log(of: "worker")))
        try paths.rotateLogs(largestBytes: 10)
        #expect(try FileManager.default.contentsOfDirectory(atPath: paths.logs).sorted() == ["api.log.1", "worker.log"])
        try Data().write(to: URL(fileURLWithPath: folder.path + "/mine"))
        try paths.reset()
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["mine", "run"])
    }

    @Test(
        "The status of a response is read",
        arguments: [("HTTP/1.1 200 OK\r\n", 200), ("HTTP/1.1 503 \r\n", 503), ("SSH-2.0-x y z", nil), ("HTTP/1.1", nil)] as [(String, Int?)]
    )
    func probe(head: String, expected: Int?) {
        #expect(HTTPProbe.status(ofHead: Array(head.utf8)) == expected)
    }

    @Test("A key is read in wallet import format and in hexadecimal digits, and nothing else is a key")
    func keyTexts() throws {
        let key = try #require(PrivateKey(bytes: [UInt8](repeating: 7, count: 32)))
        let hex = String(repeating: "07", count: 32)
        #expect(
            KeyText.key(hex + "\n", network: .mainnet)?.address(type: .p2wpkh, network: .mainnet)
                == key.address(type: .p2wpkh, network: .mainnet)
        )
        #expect(KeyText.key(key.walletImportFormat(network: .mainnet), network: .mainnet) != nil)
        #expect(KeyText.key(key.walletImportFormat(network: .mainnet), network: .testnet) == nil)
        #expect(KeyText.key("", network: .mainnet) == nil)
    }

    @Test("The welcome names a token and three commands, or says how to look without one")
    func welcome() {
        var endpoints = Endpoints(
            baseURL: "http://localhost:1",
            wsURL: "ws://w",
            redisURL: "",
            postgresURL: "",
            collectorSocket: "",
            metricsURL: "",
            pids: [:],
            demoUsers: [.init(address: "bc1q", token: "tok")]
        )
        let text = Welcome.text(endpoints: endpoints, paths: StatePaths(directory: "/my d"), program: "/p/tbg")
        let commands = text.split(separator: "\n").filter { $0.contains("  curl ") }
        #expect(commands.count == 3)
        #expect(commands.count { $0.contains("Bearer $(cat '/my d/demo-token')") } == 2)
        #expect(text.contains("demo token  tok\n"))
        #expect(text.contains("  /p/tbg login --url http://localhost:1 --key-file '/my d/keys/demo-miner-1'"))
        endpoints.demoUsers[0].token = nil
        #expect(!Welcome.text(endpoints: endpoints, paths: StatePaths(directory: "/d"), program: "tbg").contains("Bearer"))
    }

    @Test(
        "a path is one word of a command line, whatever it holds",
        arguments: [("/a/b-c.d", "/a/b-c.d"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''")]
    )
    func words(_ path: String, _ word: String) { #expect(Welcome.word(path) == word) }
}

@Suite("The development instance with stand-in roles", .serialized)
struct DevelopmentStackTests {
    private static var stub: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("StubProgram").path
    }

    /// An instance on free ports and the lines it prints.
    private final class Instance: Sendable {
        let folder: TemporaryDirectory
        let lines = SharedLines()
        let task: Task<Void, any Error>

        init(folder: TemporaryDirectory, port: Int = 0) {
            self.folder = folder
            let lines = lines
            let options = DevelopmentOptions(directory: folder.path, port: port)
            let stack = DevelopmentStack(options: options, program: DevelopmentStackTests.stub) { lines.append($0) }
            task = Task { try await stack.run() }
        }

        func endpoints() throws -> Endpoints? {
            guard let data = FileManager.default.contents(atPath: folder.path + "/endpoints.json") else { return nil }
            return try JSONDecoder().decode(Endpoints.self, from: data)
        }

        func waitUntilReady() async throws -> Endpoints {
            try await eventually { self.lines.all.last?.hasPrefix("ready ") == true }
            return try #require(try endpoints())
        }
    }

    @Test("It becomes ready, restarts whatever is killed, keeps the process ids current, and stops everything")
    func wholeLife() async throws {
        let folder = try TemporaryDirectory()
        let instance = Instance(folder: folder)
        let endpoints = try await instance.waitUntilReady()
        #expect(instance.lines.all.last == "ready \(endpoints.baseURL)")
        #expect(Set(endpoints.pids.keys) == ["postgres", "redis", "api", "worker", "collect", "simulate", "dev"])
        #expect(endpoints.demoUsers.count == 3)
        #expect(endpoints.demoUsers.allSatisfy { $0.token == "token-for-\($0.address)" })
        #expect(try await Psql().run("select current_database()", on: endpoints.postgresURL) == "thebitcoingame")

        for role in Role.allCases {
            let pid = try #require(endpoints.pids[role.rawValue])
            kill(pid, SIGKILL)
        }
        try await eventually {
            guard let pids = try instance.endpoints()?.pids, pids.count == 7 else { return false }
            return Role.allCases.allSatisfy { pids[$0.rawValue] != endpoints.pids[$0.rawValue] }
        }
        #expect(try await Psql().run("select 1", on: endpoints.postgresURL) == "1")
        let pids = try #require(try instance.endpoints()).pids

        await #expect(throws: LocalServerError.self) { try await Instance(folder: folder).task.value }
        instance.task.cancel()
        try await instance.task.value
        for (role, pid) in pids where role != "dev" { #expect(kill(pid, 0) != 0, "\(role) is still running") }
        #expect(try instance.endpoints() == nil)
    }

    @Test("State survives a restart, and two instances run side by side")
    func sideBySide() async throws {
        let folders = [try TemporaryDirectory(), try TemporaryDirectory()]
        let first = Instance(folder: folders[0])
        let second = Instance(folder: folders[1])
        let (one, two) = (try await first.waitUntilReady(), try await second.waitUntilReady())
        #expect(one.baseURL != two.baseURL && one.metricsURL != two.metricsURL)
        try await Psql().run("create table kept as select 3 as x", on: one.postgresURL)
        let port = try #require(URL(string: two.baseURL)?.port)
        await #expect(throws: DevelopmentError.portInUse(port)) {
            try await Instance(folder: try TemporaryDirectory(), port: port).task.value
        }
        first.task.cancel()
        second.task.cancel()
        try await first.task.value
        try await second.task.value

        let again = Instance(folder: folders[0])
        let endpoints = try await again.waitUntilReady()
        #expect(try await Psql().run("select x from kept", on: endpoints.postgresURL) == "3")
        #expect(endpoints.demoUsers.map(\.address) == one.demoUsers.map(\.address))
        again.task.cancel()
        try await again.task.value
    }

    @Test("A stop in the middle of the start leaves nothing running")
    func stopDuringStart() async throws {
        let folder = try TemporaryDirectory()
        let instance = Instance(folder: folder)
        try await eventually { instance.lines.all.contains { $0.hasPrefix("starting PostgreSQL") } }
        instance.task.cancel()
        try await instance.task.value
        #expect(instance.lines.all.last == "stopped")
        let lock = try DirectoryLock(directory: folder.path + "/redis")
        withExtendedLifetime(lock) {}
    }
}

/// Lines printed so far.
final class SharedLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) { lines.withLock { $0.append(line) } }
}
