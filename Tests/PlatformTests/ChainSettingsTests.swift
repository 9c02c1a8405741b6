import Testing

@testable import Platform

@Suite("Chain settings")
struct ChainSettingsTests {
    private func problems(_ variables: [String: String]) -> [String] {
        do {
            _ = try Settings(EnvironmentSource(variables))
            return []
        } catch { return error.problems.map(\.variable) }
    }

    @Test("Absent by default; credentials are taken out of the address")
    func forms() throws {
        let none = try Settings(EnvironmentSource([:])).chain
        #expect(none.bitcoinRPC == nil && none.esploraURL == nil)
        let node = try Settings(
            EnvironmentSource(["TBG_BITCOIN_RPC_URL": "http://miner:a%40b@127.0.0.1:8332", "TBG_ESPLORA_URL": "https://example.org/api/"])
        ).chain
        #expect(node.bitcoinRPC?.url == "http://127.0.0.1:8332")
        #expect(node.bitcoinRPC?.user == "miner" && node.bitcoinRPC?.password?.revealed == "a@b")
        #expect(node.esploraURL == "https://example.org/api")
        let other = try Settings(
            EnvironmentSource(["TBG_BITCOIN_RPC_URL": "http://miner@127.0.0.1:8332", "TBG_BITCOIN_RPC_PASSWORD": "given"])
        ).chain
        #expect(other.bitcoinRPC?.password?.revealed == "given")
        let cookie = try Settings(
            EnvironmentSource(["TBG_BITCOIN_RPC_URL": "http://127.0.0.1:8332", "TBG_BITCOIN_RPC_COOKIE_FILE": "/x/.cookie"])
        ).chain
        #expect(cookie.bitcoinRPC?.cookieFile == "/x/.cookie" && cookie.bitcoinRPC?.user == nil)
    }

    @Test("What cannot work is refused by name")
    func refusals() {
        #expect(problems(["TBG_BITCOIN_RPC_URL": "http://127.0.0.1:8332"]) == ["TBG_BITCOIN_RPC_URL"])
        #expect(problems(["TBG_BITCOIN_RPC_URL": "unix:/x"]) == ["TBG_BITCOIN_RPC_URL"])
        #expect(problems(["TBG_BITCOIN_RPC_PASSWORD": "x"]) == ["TBG_BITCOIN_RPC_URL"])
        #expect(problems(["TBG_ESPLORA_URL": "https://me:secret@example.org"]) == ["TBG_ESPLORA_URL"])
        #expect(
            problems(["TBG_BITCOIN_RPC_URL": "http://a:b@127.0.0.1:8332", "TBG_BITCOIN_RPC_COOKIE_FILE": "/x"])
                == ["TBG_BITCOIN_RPC_COOKIE_FILE"]
        )
    }

    @Test("The report of the configuration shows no password")
    func report() {
        let lines = Settings.report(EnvironmentSource(["TBG_BITCOIN_RPC_URL": "http://miner:hidden@127.0.0.1:8332"]))
        #expect(lines.contains("TBG_BITCOIN_RPC_URL=http://miner:set@127.0.0.1:8332"))
        #expect(!lines.contains { $0.contains("hidden") })
    }
}
