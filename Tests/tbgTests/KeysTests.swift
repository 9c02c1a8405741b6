import API
import CryptoExtras
import Foundation
import Glibc
import LocalServers
import TestServers
import Testing

/// `tbg keys` and the keys of a running service, as an operator handles them (spec 02 §7.2, §16.11, §16.25).
@Suite("Keys of access tokens", .serialized)
struct KeysTests {
    /// A folder with key files.
    private struct Folder {
        let path: String
        var publicKeys: String { path + "/public" }

        init() async throws { path = try await TestServers.temporaryDirectory("keys") }

        func file(_ name: String) -> String { "\(path)/\(name)" }

        func write(_ text: String, to name: String) throws {
            try Data(text.utf8).write(to: URL(filePath: file(name)), options: .atomic)
        }

        func text(_ name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }

        /// Makes a pair; answers its id.
        func makeKey(_ name: String) async throws -> String {
            let output = try await Program.run(["keys", "new", "--dir", publicKeys, "--private", file(name)])
            try #require(output.status == .code(0), "\(output.text)")
            return try #require(output.text.split(separator: "\n").first.map(String.init))
        }

        func keys(_ arguments: String..., signing: String? = nil) async throws -> CommandOutput {
            let variables = signing.map { ["JWT_PRIVATE_KEY_FILE": file($0), "JWT_VERIFY_KEYS_DIR": publicKeys] }
            return try await Program.run(["keys"] + arguments, variables ?? ["JWT_VERIFY_KEYS_DIR": publicKeys])
        }
    }

    /// A published example key, whose private half is printed in a specification.
    private static func published(_ member: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "AccountsTests/Vectors/jwt.json"))
        return try #require(try JSONParser().parse(Array(data))["keys"]?["A"]?[member]?.stringValue)
    }

    @Test("A new key is private, its public half named by its id, and nothing is ever overwritten")
    func made() async throws {
        let folder = try await Folder()
        let id = try await folder.makeKey("a.pem")
        #expect(id.wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
        #expect(try FileManager.default.attributesOfItem(atPath: folder.file("a.pem"))[.posixPermissions] as? Int == 0o600)
        #expect(try folder.text("a.pem").contains("PRIVATE KEY"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.publicKeys) == ["\(id).pem"])
        #expect(try folder.text("public/\(id).pem").hasPrefix("-----BEGIN PUBLIC KEY-----"))
        let before = try folder.text("a.pem")
        let again = try await folder.keys("new", "--private", folder.file("a.pem"))
        #expect(again.status == .code(64) && again.text.contains("exists already"), "\(again.text)")
        #expect(try folder.text("a.pem") == before)
        #expect(try await folder.keys("new", "--private", folder.file("b.pem"), "--bits", "1024").status == .code(64))
        #expect(try await Program.run(["keys", "list"]).text.contains("TBG_JWT_VERIFY_KEYS_DIR"))
    }

    @Test("Keys are listed with the one that signs first; only one that does not sign is retired, and once")
    func retired() async throws {
        let folder = try await Folder()
        let (a, b) = (try await folder.makeKey("a.pem"), try await folder.makeKey("b.pem"))
        try folder.write("no key", to: "public/zz.pem")
        let lines = try await folder.keys("list", signing: "b.pem").text.split(separator: "\n").map(String.init)
        let listed = [a, b].sorted().map { "\($0) \($0).pem" }
        #expect(lines == ["\(b) signing"] + listed + ["no acceptable key zz.pem"])
        let refused = try await folder.keys("retire", b, signing: "b.pem")
        #expect(refused.status == .code(64) && refused.text.contains("this key signs"), "\(refused.text)")
        let done = try await folder.keys("retire", a, signing: "b.pem")
        #expect(done.status == .code(0) && done.text.contains("retired \(a)"))
        let again = try await folder.keys("retire", a, signing: "b.pem")
        #expect(again.status == .code(64) && again.text.contains("there is no key"), "\(again.text)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.publicKeys).sorted() == ["\(b).pem", "zz.pem"].sorted())
    }

    @Test("A rotation by the book: every token is good until its key is retired, and the published keys tell each step")
    func rotation() async throws {
        let folder = try await Folder()
        let a = try await folder.makeKey("a.pem")
        try folder.write(try folder.text("a.pem"), to: "signing.pem")
        try folder.write(String(repeating: "7", count: 64), to: "wallet")
        let variables = ["JWT_PRIVATE_KEY_FILE": folder.file("signing.pem"), "JWT_VERIFY_KEYS_DIR": folder.publicKeys]
        try await Program.withAPI(variables) { api in
            func published() async throws -> [String] {
                try await api.wire.get("/.well-known/jwks.json").json?["keys"]?.arrayValue?.compactMap { $0["kid"]?.stringValue } ?? []
            }
            func status(_ token: String) async throws -> Int {
                try await api.wire.get("/api/v1/auth/me", [("Authorization", "Bearer \(token)")]).status
            }
            func signIn() async throws -> String {
                let output = try await Program.run(["login", "--url", api.url, "--key-file", folder.file("wallet"), "--token-only"])
                return output.text.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            #expect(try await published() == [a])
            let old = try await signIn()
            #expect(try await status(old) == 200)

            let b = try await folder.makeKey("b.pem")
            api.process.signal(SIGHUP)
            try await eventually("both keys are published, the old one signs") { try await published() == [a, b] }

            try folder.write(try folder.text("b.pem"), to: "signing.pem")
            api.process.signal(SIGHUP)
            try await eventually("the new one signs") { try await published() == [b, a] }
            let new = try await signIn()
            #expect(try await [status(old), status(new)] == [200, 200])

            // A file that is no key leaves everything as it is.
            try folder.write("no key", to: "public/zz.pem")
            api.process.signal(SIGHUP)
            try await eventually("the trouble is logged") {
                try String(contentsOfFile: api.log, encoding: .utf8).contains("keys_not_loaded")
            }
            #expect(try await published() == [b, a])
            try FileManager.default.removeItem(atPath: folder.file("public/zz.pem"))

            #expect(try await folder.keys("retire", a, signing: "signing.pem").status == .code(0))
            api.process.signal(SIGHUP)
            try await eventually("the old one is gone") { try await published() == [b] }
            #expect(try await [status(old), status(new)] == [401, 200])
        }
    }

    @Test("A production does not start with a published key, to sign or to verify with")
    func publishedKeys() async throws {
        let folder = try await Folder()
        let own = try await folder.makeKey("own.pem")
        try folder.write(try Self.published("private_pem"), to: "published.pem")
        for (name, text) in [
            ("session", String(repeating: "5e", count: 32)), ("privacy", String(repeating: "9a", count: 32)), ("password", "a-good-one"),
        ] { try folder.write(text, to: name) }
        var variables = [
            "ENVIRONMENT": "production", "CORS_ORIGINS": "https://game.example", "PUBLIC_BASE_URL": "https://game.example",
            "SESSION_KEY_FILE": folder.file("session"), "PRIVACY_HASH_KEY_FILE": folder.file("privacy"),
            "DATABASE_PASSWORD_FILE": folder.file("password"), "REDIS_PASSWORD_FILE": folder.file("password"), "EMAIL_PROVIDER": "smtp",
            // Nobody listens there: what is wrong with the keys is told first.
            "DATABASE_URL": "postgres://tbg@127.0.0.1:1/tbg", "REDIS_URL": "redis://127.0.0.1:1", "PORT": "0", "METRICS_PORT": "0",
            "JWT_PRIVATE_KEY_FILE": folder.file("published.pem"),
        ]
        let signing = try await Program.run(["api"], variables)
        #expect(signing.status == .code(78) && signing.text.contains("TBG_JWT_PRIVATE_KEY: is a published test key"), "\(signing.text)")
        #expect(signing.text.split(separator: "\n").count { $0.hasPrefix("  TBG_") } == 1, "nothing else is wrong: \(signing.text)")

        variables["JWT_PRIVATE_KEY_FILE"] = folder.file("own.pem")
        variables["JWT_VERIFY_KEYS_DIR"] = folder.publicKeys
        try folder.write(try Self.published("public_pem"), to: "public/published.pem")
        let verifying = try await Program.run(["api"], variables)
        #expect(verifying.status == .code(78), "\(verifying.text)")
        #expect(verifying.text.contains("TBG_JWT_VERIFY_KEYS_DIR") && verifying.text.contains("published test key"))
        #expect(!verifying.text.contains("PRIVATE KEY") && !own.isEmpty)
    }
}
