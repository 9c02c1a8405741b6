import GameRules
import Platform
import Testing

@testable import Accounts

@Suite("API key texts and scopes")
struct APIKeyTests {
    @Test("a key is 71 characters, found by its first 14")
    func shape() throws {
        let key = APIKey(random: .seeded(3))
        #expect(key.text.wholeMatch(of: /sk-tbg-[0-9a-f]{64}/) != nil)
        #expect(key.prefix == String(key.text.prefix(14)))
        #expect(APIKey(key.text) == key)
        let published = "sk-tbg-674122271705ade5556fcce676c73c56118b3467ea85025c79f1d68e6c576624"
        #expect(try #require(APIKey(published)).prefix == "sk-tbg-6741222")
    }

    @Test("other texts are no keys")
    func others() {
        let good = APIKey(random: .seeded(3)).text
        for text in [
            "", "sk-tbg-", good + "0", String(good.dropLast()), good.uppercased(), " " + good.dropLast(), "sk-abc-" + good.dropFirst(7),
        ] {
            #expect(APIKey(text) == nil)
        }
        #expect(APIKey("sk-tbg-" + String(repeating: "g", count: 64)) == nil)
    }

    @Test("no description of a key shows more than its prefix")
    func secrecy() {
        let key = APIKey(random: .seeded(3))
        for text in ["\(key)", String(reflecting: key), String(describing: [key])] { #expect(!text.contains(key.text)) }
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains(key.text.dropFirst(14)))
    }

    @Test("writing includes reading")
    func scopes() {
        #expect(KeyScope.closure([.read]) == [.read])
        #expect(KeyScope.closure([.write]) == [.read, .write])
        #expect(KeyScope.closure([.write, .read]) == [.read, .write])
    }
}

@Suite("Memory of proven keys")
struct VerifiedKeysTests {
    private static let start = Instant(microsecondsSinceUnixEpoch: 1_773_585_000_000_000)

    private func key(_ user: Int64) -> VerifiedKey {
        VerifiedKey(id: .random(from: .seeded(UInt64(user))), user: UserID(user), scopes: [.read], expiresAt: nil)
    }

    @Test("a proof holds for 60 seconds, and not when the clock stands before it")
    func life() {
        let keys = VerifiedKeys(random: .seeded(1))
        let fingerprint = keys.fingerprint(of: APIKey(random: .seeded(2)))
        keys.remember(key(1), fingerprint, generation: keys.generation, at: Self.start)
        #expect(keys.key(fingerprint, at: Self.start.adding(milliseconds: 59_999)) == key(1))
        #expect(keys.key(fingerprint, at: Self.start.adding(seconds: 60)) == nil)
        #expect(keys.key(fingerprint, at: Self.start.adding(seconds: -1)) == nil)
    }

    @Test("no more are kept than the bound; the oldest goes first")
    func bound() {
        let keys = VerifiedKeys(random: .seeded(1), maximumEntries: 3)
        let fingerprints = (0..<5).map { keys.fingerprint(of: APIKey(random: .seeded($0 + 10))) }
        for (index, fingerprint) in fingerprints.enumerated() {
            keys.remember(key(Int64(index)), fingerprint, generation: keys.generation, at: Self.start.adding(milliseconds: Int64(index)))
            #expect(keys.count <= 3)
        }
        #expect(fingerprints.map { keys.key($0, at: Self.start.adding(seconds: 1)) != nil } == [false, false, true, true, true])
    }

    @Test("what is over is cleared away as new proofs come")
    func cleared() {
        let keys = VerifiedKeys(random: .seeded(1))
        for index in 0..<50 {
            keys.remember(
                key(Int64(index)),
                keys.fingerprint(of: APIKey(random: .seeded(UInt64(index)))),
                generation: keys.generation,
                at: Self.start.adding(seconds: Int64(index) * 10)
            )
        }
        #expect(keys.count == 6)
    }

    @Test("a user's keys are forgotten at once, also those whose proof was under way")
    func forgotten() {
        let keys = VerifiedKeys(random: .seeded(1))
        let one = keys.fingerprint(of: APIKey(random: .seeded(2)))
        let two = keys.fingerprint(of: APIKey(random: .seeded(3)))
        keys.remember(key(1), one, generation: keys.generation, at: Self.start)
        keys.remember(key(2), two, generation: keys.generation, at: Self.start)
        let underWay = keys.generation
        keys.forget(UserID(1))
        #expect(keys.key(one, at: Self.start) == nil && keys.key(two, at: Self.start) != nil)
        keys.remember(key(1), one, generation: underWay, at: Self.start)
        #expect(keys.key(one, at: Self.start) == nil)
    }

    @Test("two processes know one key by different fingerprints")
    func perProcess() {
        let key = APIKey(random: .seeded(2))
        #expect(VerifiedKeys(random: .seeded(1)).fingerprint(of: key) != VerifiedKeys(random: .seeded(4)).fingerprint(of: key))
    }
}
