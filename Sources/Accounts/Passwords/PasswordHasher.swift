import API
import Platform

/// Passwords and their hashes. A check costs the same whether there is a hash or not, so that time tells nothing of accounts
/// (spec 02 §6 login).
package struct PasswordHasher: Sendable {
    private let gate: HashingGate
    private let parameters: Argon2id

    /// A hash with the parameters of passwords that no password has: nobody computed it.
    static let dummy =
        "$argon2id$v=19$m=\(Argon2id.passwords.memoryKiB),t=\(Argon2id.passwords.passes),p=\(Argon2id.passwords.lanes)"
        + "$\(PHCBase64.encode([UInt8](repeating: 0, count: Argon2id.saltLength)))"
        + "$\(PHCBase64.encode([UInt8](repeating: 0, count: Argon2id.tagLength)))"

    package init(gate: HashingGate, parameters: Argon2id = .passwords) {
        self.gate = gate
        self.parameters = parameters
    }

    /// - Throws: 503 `busy`.
    package func hash(_ password: String) async throws -> String { try await gate.hash(password, with: parameters) }

    /// Whether a password is the stored one. Without a hash, or with one that is none, the same work ends in false.
    /// - Throws: 503 `busy`.
    package func verify(_ password: String, against stored: String?) async throws -> Bool {
        guard let stored, (try? PHCHash(stored)) != nil else {
            _ = try await gate.verify(password, against: Self.dummy)
            return false
        }
        return try await gate.verify(password, against: stored)
    }

    /// The hash to store instead of an old one, when the parameters have changed since.
    /// - Parameter password: just found good.
    func renewed(_ password: String, stored: String) async throws -> String? {
        parameters.isOutdated(stored) ? try await hash(password) : nil
    }
}
