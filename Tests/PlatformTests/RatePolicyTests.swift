import API
import Bitcoin
import GameRules
import Testing

@testable import Platform

/// Who draws on which budgets (spec 01 §7.1, 11 §6).
@Suite("Rate policy")
struct RatePolicyTests {
    private static let client = ClientAddress(peer: IPAddress("203.0.113.7"), forwardedFor: [], trusted: [])
    private static let user = Identity.claimed(user: UserID(5), bucket: "u:5", isKey: false, proof: 0)
    private static let key = Identity.claimed(user: UserID(5), bucket: "k:abc", isKey: true, proof: 0)
    private static let refused = Identity.refused(.unauthorized())

    private func buckets(_ rate: RateClass, _ identity: Identity = .anonymous, subject: String? = nil) -> [String] {
        RatePolicy.buckets(rate, route: "r", identity, Self.client, subject: subject).map { "\($0.rateClass) \($0.key) \(Int($0.limit))" }
    }

    @Test("Signed-in callers have their own budgets, all others share that of their address")
    func standard() {
        #expect(buckets(.standard, Self.user) == ["standard u:5 120"])
        #expect(buckets(.standard, Self.key) == ["standard k:abc 600"])
        #expect(buckets(.standard) == ["default 203.0.113.7 60"])
        #expect(buckets(.standard, Self.refused) == ["default 203.0.113.7 60"])
        #expect(buckets(.default, Self.user) == ["default 203.0.113.7 60"])
        #expect(buckets(.relaxed, Self.user) == ["relaxed 203.0.113.7 300"])
        #expect(buckets(.none).isEmpty)
    }

    @Test("A strict route counts by route and also as standard")
    func strict() {
        #expect(buckets(.strict, Self.user) == ["strict u:5:r 10", "standard u:5 120"])
        #expect(buckets(.strict) == ["default 203.0.113.7 60"])
        #expect(buckets(.admin, Self.user) == ["strict_admin u:5 30"])
        #expect(buckets(.admin, Self.refused) == ["default 203.0.113.7 60"])
    }

    @Test("Credentials are counted by address and route, and more narrowly with the subject")
    func credentials() {
        #expect(
            buckets(.credentials, subject: "s") == ["strict_credentials 203.0.113.7:r:s 5", "strict_credentials 203.0.113.7:r 20"]
        )
        #expect(buckets(.credentials) == ["strict_credentials 203.0.113.7:r 20"])
        #expect(
            buckets(.registration, subject: "s") == ["strict_registration 203.0.113.7:r:s 3", "strict_registration 203.0.113.7:r 10"]
        )
        #expect(
            buckets(.forgottenPassword, subject: "s") == [
                "strict_forgotten_password 203.0.113.7:r:s 3", "strict_forgotten_password 203.0.113.7:r 5",
            ]
        )
    }

    @Test("Refreshing is counted by session and by address, whatever the route; sockets by user and by address")
    func refreshAndSockets() {
        #expect(Set(buckets(.refresh, subject: "s")) == ["strict_refresh 203.0.113.7 60", "strict_refresh s 10"])
        #expect(buckets(.refresh) == ["strict_refresh 203.0.113.7 60"])
        #expect(Set(buckets(.sockets, Self.user)) == ["sockets 203.0.113.7 60", "sockets_user u:5 10"])
        #expect(buckets(.sockets) == ["sockets 203.0.113.7 60"])
    }

    @Test("The subject is the address or e-mail of the body in its one normal form, never in clear")
    func subjects() throws {
        let subject = RateSubject(hashes: SubjectHash(key: Array(repeating: 7, count: 32)), network: .mainnet)
        let mail = subject.hash(of: ["email": "  Alice@Example.COM "])
        #expect(mail == subject.hash(of: ["email": "alice@example.com"]))
        #expect(mail != subject.hash(of: ["email": "bob@example.com"]))
        let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
        #expect(subject.hash(of: ["btc_address": .string(address.uppercased())]) == subject.hash(of: ["btc_address": .string(address)]))
        #expect(subject.hash(of: ["btc_address": "nonsense"]) != nil)
        #expect(subject.hash(of: ["refresh_token": "abc"]) != nil)
        #expect(subject.hash(of: ["email": 5]) == nil)
        #expect(subject.hash(of: nil) == nil)
        for hash in [mail, subject.hash(of: ["refresh_token": "abc"])] {
            #expect(hash?.utf8.count == 32 && hash?.utf8.allSatisfy(\.isHexDigit) == true)
        }
    }
}
