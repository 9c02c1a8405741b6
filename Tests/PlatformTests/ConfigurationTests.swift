import CryptoExtras
import Foundation
import Testing

@testable import Platform

/// More of spec 01 §2 and §13: files, forms of secrets, refusals.
@Suite("Configuration")
struct ConfigurationTests {
    private static let key = (try? _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation) ?? ""

    private func problems(_ variables: [String: String]) -> [String: String] {
        do {
            _ = try Settings(EnvironmentSource(variables))
            return [:]
        } catch {
            return Dictionary(error.problems.map { ($0.variable, $0.reason) }) { first, _ in first }
        }
    }

    private func withFile(_ content: String, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "tbg-configuration-\(UUID())").path
        try Data(content.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    /// What a production process needs.
    private func production(_ change: [String: String] = [:]) throws -> (variables: [String: String], directory: URL) {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tbg-production-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let files = [
            "JWT_PRIVATE_KEY": Self.key, "SESSION_KEY": String(repeating: "0f", count: 32),
            "PRIVACY_HASH_KEY": String(repeating: "1e", count: 32), "DATABASE_PASSWORD": "correct horse",
            "REDIS_PASSWORD": "battery staple",
        ]
        var variables = [
            "TBG_ENVIRONMENT": "production", "TBG_CORS_ORIGINS": "https://thebitcoingame.com", "TBG_EMAIL_PROVIDER": "smtp",
            "TBG_PUBLIC_BASE_URL": "https://thebitcoingame.com",
        ]
        for (name, content) in files {
            let file = directory.appending(path: name)
            try Data((content + "\n").utf8).write(to: file)
            variables["TBG_\(name)_FILE"] = file.path
        }
        return (variables.merging(change) { $1 }, directory)
    }

    @Test("A production configuration with its secrets in files is accepted, and serves no documentation")
    func productionAccepted() throws {
        let (variables, directory) = try production()
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(problems(variables) == [:])
        let settings = try Settings(EnvironmentSource(variables))
        #expect(!settings.http.docsEnabled)
        #expect(settings.http.frontendBaseURL == "https://thebitcoingame.com")
    }

    @Test(
        "Production refuses each of these by itself",
        arguments: [
            ("DEBUG", "true", "DEBUG"), ("CORS_ORIGINS", "http://thebitcoingame.com", "CORS_ORIGINS"),
            ("CORS_ORIGINS", "https://localhost", "CORS_ORIGINS"), ("PUBLIC_BASE_URL", "http://thebitcoingame.com", "PUBLIC_BASE_URL"),
            ("RATE_LIMIT_SCALE", "2", "RATE_LIMIT_SCALE"), ("EMAIL_PROVIDER", "log", "EMAIL_PROVIDER"),
            ("EMAIL_PROVIDER", "file", "EMAIL_PROVIDER"), ("SMTP_PASSWORD", "plain", "SMTP_PASSWORD"),
        ]
    )
    func productionRefuses(name: String, value: String, culprit: String) throws {
        var (variables, directory) = try production(["TBG_" + name: value])
        defer { try? FileManager.default.removeItem(at: directory) }
        if name == "SMTP_PASSWORD" { variables["TBG_SMTP_USERNAME"] = "tbg" }
        #expect(problems(variables).keys.sorted() == ["TBG_" + culprit])
    }

    @Test("Production refuses passwords that everybody knows", arguments: ["tbg", "tbgdev2026", "postgres", "redis"])
    func knownPasswords(password: String) async throws {
        let (variables, directory) = try production()
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withFile(password) { path in
            let bad = variables.merging(["TBG_DATABASE_PASSWORD_FILE": path, "TBG_REDIS_PASSWORD_FILE": path]) { $1 }
            #expect(problems(bad).keys.sorted() == ["TBG_DATABASE_PASSWORD", "TBG_REDIS_PASSWORD"])
        }
    }

    @Test("Production refuses the published test keys; every environment refuses short ones and what is no key")
    func signingKeys() throws {
        let folder = Bundle.module.bundleURL.appending(path: "Keys")
        for name in ["published-a", "published-b"] {
            let pem = try String(contentsOf: folder.appending(path: name + ".pem"), encoding: .utf8)
            #expect(SigningKeyCheck.problem(pem, isProduction: false) == nil)
            #expect(SigningKeyCheck.problem(pem, isProduction: true) == "is a published test key")
        }
        let short = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)).pemRepresentation
        #expect(problems(["TBG_JWT_PRIVATE_KEY": short]) == ["TBG_JWT_PRIVATE_KEY": "must have 2048 to 4096 bits"])
        #expect(problems(["TBG_JWT_PRIVATE_KEY": "hunter2"]).keys.first == "TBG_JWT_PRIVATE_KEY")
        #expect(problems(["TBG_JWT_PRIVATE_KEY": Self.key]) == [:])
    }

    @Test("A secret under two names, in an empty or in an absent file is refused")
    func secretFiles() async throws {
        try await withFile(Self.key) { path in
            let both = ["TBG_JWT_PRIVATE_KEY_FILE": path, "TBG_JWT_PRIVATE_KEY_PATH": path]
            #expect(problems(both).keys.sorted() == ["TBG_JWT_PRIVATE_KEY_FILE"])
            #expect(problems(["TBG_JWT_PRIVATE_KEY_PATH": path]) == [:])
            #expect(Settings.report(EnvironmentSource(["TBG_JWT_PRIVATE_KEY_PATH": path])).contains("TBG_JWT_PRIVATE_KEY=set"))
        }
        try await withFile("\n") { path in
            #expect(problems(["TBG_DATABASE_PASSWORD_FILE": path]).keys.sorted() == ["TBG_DATABASE_PASSWORD_FILE"])
        }
    }

    @Test("A .env file counts in development and test only, and below real variables")
    func environmentFile() async throws {
        try await withFile("TBG_PORT=8111\nTBG_LOG_LEVEL=debug\n") { path in
            let source = try await EnvironmentSource.load(["TBG_LOG_LEVEL": "error"], file: path)
            let settings = try Settings(source)
            #expect(settings.http.port == 8111)
            #expect(settings.logLevel == .error)
            let staging = try await EnvironmentSource.load(["TBG_ENVIRONMENT": "staging"], file: path)
            #expect(staging.value("TBG_PORT") == nil)
            #expect(try await EnvironmentSource.load(["TBG_ENVIRONMENT": "test"], file: path).value("TBG_PORT") == "8111")
            #expect(try await EnvironmentSource.load([:], file: path + ".absent").value("TBG_PORT") == nil)
        }
    }

    @Test("The report shows defaults that follow from other variables as they are in force")
    func derivedDefaults() {
        let report = Settings.report(EnvironmentSource(["TBG_PUBLIC_BASE_URL": "https://x.example", "TBG_ENVIRONMENT": "production"]))
        #expect(report.contains("TBG_FRONTEND_BASE_URL=https://x.example"))
        #expect(report.contains("TBG_DOCS_ENABLED=false"))
    }

    @Test(
        "Values out of their range or form are refused",
        arguments: [
            ("ENVIRONMENT", "prod"), ("DATABASE_URL", "mysql://h/d"), ("DATABASE_URL", "postgres://h:0/d"), ("REDIS_URL", "http://h"),
            ("REDIS_URL", "redis://"), ("CORS_ORIGINS", "https://a.example/path"), ("CORS_ORIGINS", "*"),
            ("TRUSTED_PROXIES", "10.0.0.0/33"),
            ("AUTH_DOMAIN", "not a host"), ("AUTH_DOMAIN", "a-name-of-more-than-thirty-two-characters.example"),
            ("PUBLIC_BASE_URL", "ftp://x"), ("PUBLIC_BASE_URL", "nonsense"), ("RATE_LIMIT_SCALE", "0"), ("RATE_LIMIT_SCALE", "1e300"),
            ("RATE_LIMIT_SCALE", "nan"), ("DEBUG", "yes"), ("JWT_ACCESS_TTL_SECONDS", "7201"), ("JWT_LEEWAY_SECONDS", "61"),
            ("SESSION_KEY", "00"), ("CORS_ORIGINS", "[1]"), ("DATABASE_POOL_MIN", "0"),
        ]
    )
    func refused(name: String, value: String) {
        #expect(problems(["TBG_" + name: value]).keys.sorted() == ["TBG_" + name])
    }

    @Test("Booleans are true, false, 1 or 0 in any case; URLs may name a driver")
    func accepted() throws {
        for text in ["true", "TRUE", "1"] { #expect(try Settings(EnvironmentSource(["TBG_DEBUG": text])).debug) }
        for text in ["false", "False", "0", ""] { #expect(try !Settings(EnvironmentSource(["TBG_DEBUG": text])).debug) }
        #expect(problems(["TBG_DATABASE_URL": "postgresql+asyncpg://u:p@h:5433/d?sslmode=require"]) == [:])
        #expect(problems(["TBG_REDIS_URL": "rediss://:p@h:6380/2"]) == [:])
    }
}
