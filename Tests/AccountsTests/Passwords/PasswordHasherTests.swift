import API
import Dispatch
import HTTPTypes
import Platform
import Testing

@testable import Accounts

@Suite("Password hashes")
struct PasswordHasherTests {
    private static let cheap = Argon2id(memoryKiB: 64, passes: 1, lanes: 1)

    /// Whether a comparison asks for a turn at hashing: one whose gate is full is refused.
    private func costsATurn(_ stored: String?) async throws -> Bool {
        let gate = HashingGate(random: .seeded(1), concurrency: 1, queueLimit: 0)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let end = DispatchSemaphore(value: 0)
        let holder = Task {
            try await gate.turn {
                beginning.finish()
                end.wait()
            }
        }
        for await _ in begun {}
        let result: Result<Bool, any Error>
        do { result = .success(try await PasswordHasher(gate: gate).verify("wrong", against: stored)) } catch { result = .failure(error) }
        end.signal()
        try await holder.value
        guard case .failure(let error as APIError) = result else { return false }
        return error.status == .serviceUnavailable
    }

    @Test("where there is no hash, one of the same parameters is compared, and nothing is equal to it")
    func dummy() async throws {
        #expect(try PHCHash(PasswordHasher.dummy).parameters == .passwords)
        #expect(try await !PasswordHasher(gate: HashingGate(random: .seeded(1))).verify("wrong", against: nil))
        #expect(try await costsATurn(nil))
    }

    @Test("a stored text that is no hash is as good as none, and costs as much")
    func malformed() async throws {
        #expect(try await !PasswordHasher(gate: HashingGate(random: .seeded(1))).verify("wrong", against: "unusable"))
        #expect(try await costsATurn("unusable"))
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
