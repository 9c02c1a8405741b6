import Foundation
import Testing

@testable import Platform

@Suite("Settings")
struct SettingsTests {
    private func problems(_ variables: [String: String]) -> [String] {
        do {
            _ = try Settings(EnvironmentSource(variables))
            return []
        } catch {
            return error.problems.map(\.variable)
        }
    }

    @Test("An empty environment is a working development configuration")
    func defaults() throws {
        let settings = try Settings(EnvironmentSource([:]))
        #expect(settings.environment == .development)
        #expect(settings.http.port == 8000)
        #expect(settings.http.corsOrigins == ["http://localhost:5173", "http://localhost:3000"])
        #expect(settings.tokens.accessTTLSeconds == 3600)
    }

    @Test("All problems are told together, by name and without the values")
    func allTogether() throws {
        let variables = ["TBG_PORT": "eighty", "TBG_LOG_LEVEL": "loud-hunter2", "TBG_BTC_CHALLENGE_EXPIRE_SECONDS": "5"]
        #expect(problems(variables) == ["TBG_LOG_LEVEL", "TBG_PORT", "TBG_BTC_CHALLENGE_EXPIRE_SECONDS"])
        let error = try #require(throws: ConfigurationError.self) { try Settings(EnvironmentSource(variables)) }
        #expect(!error.description.contains("hunter2"))
    }

    @Test("Production with a missing key and a wildcard origin names both")
    func production() {
        let found = problems(["TBG_ENVIRONMENT": "production", "TBG_CORS_ORIGINS": "*"])
        #expect(found.contains("TBG_JWT_PRIVATE_KEY"))
        #expect(found.contains("TBG_CORS_ORIGINS"))
        #expect(found.contains("TBG_DATABASE_PASSWORD"))
        #expect(ConfigurationError.exitCode == 78)
    }

    @Test("Production refuses plain secrets, http, scaled limits and mail that goes nowhere")
    func productionRefusals() {
        let key = String(repeating: "ab", count: 32)
        let found = problems([
            "TBG_ENVIRONMENT": "production", "TBG_SESSION_KEY": key, "TBG_PUBLIC_BASE_URL": "http://x.example", "TBG_RATE_LIMIT_SCALE": "2",
        ])
        #expect(Set(["TBG_SESSION_KEY", "TBG_PUBLIC_BASE_URL", "TBG_RATE_LIMIT_SCALE", "TBG_EMAIL_PROVIDER"]).isSubset(of: found))
    }

    @Test("A secret in a file is trimmed; both forms at once are refused")
    func secretForms() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "tbg-secret-\(UUID())").path
        try Data((String(repeating: "0f", count: 32) + "\n").utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let settings = try Settings(EnvironmentSource(["TBG_SESSION_KEY_FILE": path]))
        #expect(settings.tokens.sessionKey?.revealed == String(repeating: "0f", count: 32))
        #expect(problems(["TBG_SESSION_KEY_FILE": path, "TBG_SESSION_KEY": "00"]) == ["TBG_SESSION_KEY"])
        #expect(problems(["TBG_SESSION_KEY_FILE": path + ".absent"]) == ["TBG_SESSION_KEY_FILE"])
    }

    @Test("Lists are read with commas or as JSON")
    func lists() throws {
        let comma = try Settings(EnvironmentSource(["TBG_CORS_ORIGINS": "https://a.example, https://b.example"]))
        let json = try Settings(EnvironmentSource(["TBG_CORS_ORIGINS": #"["https://a.example","https://b.example"]"#]))
        #expect(comma.http.corsOrigins == ["https://a.example", "https://b.example"])
        #expect(json.http.corsOrigins == comma.http.corsOrigins)
    }

    @Test("A misspelt variable is noticed by name")
    func unknownVariable() throws {
        #expect(try Settings(EnvironmentSource(["TBG_PROT": "1", "TBG_PORT": "81"])).unknownVariables == ["TBG_PROT"])
    }

    @Test("The report shows what is set, but no secret and no password of a URL")
    func report() {
        let lines = Settings.report(
            EnvironmentSource(["TBG_DATABASE_URL": "postgres://u:hunter2@h/d", "TBG_SESSION_KEY": "hunter2", "TBG_PORT": "81"])
        )
        #expect(lines.contains("TBG_PORT=81"))
        #expect(lines.contains("TBG_SESSION_KEY=set"))
        #expect(lines.contains("TBG_REDIS_PASSWORD=unset"))
        #expect(!lines.joined().contains("hunter2"))
    }

    @Test("A secret has no readable form")
    func secretText() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("hunter2"))
    }
}
