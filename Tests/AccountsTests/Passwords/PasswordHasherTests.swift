import Platform
import Testing

@testable import Accounts

@Suite("Password hashes")
struct PasswordHasherTests {
    private static let cheap = Argon2id(memoryKiB: 64, passes: 1, lanes: 1)

    /// How long a comparison takes that must fail.
    private func duration(of comparison: () async throws -> Bool) async throws -> Duration {
        let start = ContinuousClock.now
        let isEqual = try await comparison()
        let time = ContinuousClock.now - start
        #expect(!isEqual)
        return time
    }

    @Test("where there is no hash, one of the same parameters is compared, and nothing is equal to it")
    func dummy() async throws {
        #expect(try PHCHash(PasswordHasher.dummy).parameters == .passwords)
        let hasher = PasswordHasher(gate: HashingGate(random: .seeded(1)))
        var known: [Duration] = []
        var unknown: [Duration] = []
        let stored = try await hasher.hash("Gr4vel-Lantern")
        for _ in 0..<3 {
            known.append(try await duration { try await hasher.verify("wrong", against: stored) })
            unknown.append(try await duration { try await hasher.verify("wrong", against: nil) })
        }
        // Without the work it would be a thousandth.
        #expect(unknown.sorted()[1] > known.sorted()[1] / 4)
    }

    @Test("a stored text that is no hash is as good as none, and costs as much")
    func malformed() async throws {
        let hasher = PasswordHasher(gate: HashingGate(random: .seeded(1)))
        let time = try await duration { try await hasher.verify("wrong", against: "unusable") }
        #expect(time > .milliseconds(5))
    }

    @Test("a hash of old parameters is good once more and then made anew")
    func renewal() async throws {
        let gate = HashingGate(random: .seeded(1))
        let old = try await PasswordHasher(gate: gate, parameters: Self.cheap).hash("Gr4vel-Lantern")
        let hasher = PasswordHasher(gate: gate, parameters: Argon2id(memoryKiB: 128, passes: 1, lanes: 1))
        #expect(try await hasher.verify("Gr4vel-Lantern", against: old))
        let renewed = try #require(try await hasher.renewed("Gr4vel-Lantern", stored: old))
        #expect(renewed.hasPrefix("$argon2id$v=19$m=128,t=1,p=1$"))
        #expect(try await hasher.renewed("Gr4vel-Lantern", stored: renewed) == nil)
    }
}
