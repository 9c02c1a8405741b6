import Crypto
import Foundation

/// What stands for a subject (an e-mail or Bitcoin address) where the subject itself must not appear: rate-limit keys, failure counters,
/// logs and audit rows (spec 02 §14).
package struct SubjectHash: Sendable {
    /// What was hashed; the same text of another kind gives another hash.
    package enum Kind: String, Sendable {
        case email, address
    }

    private let key: SymmetricKey

    /// - Parameter key: 32 bytes; of `TBG_PRIVACY_HASH_KEY`.
    package init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// The configured key; in development without one a key of this process alone.
    package init(_ settings: TokenSettings, random: RandomSource) {
        self.init(key: settings.privacyHashKey.flatMap { Hex.decode($0.revealed) } ?? random.bytes(32))
    }

    /// The first 32 hexadecimal digits of HMAC-SHA256(key, kind `:` value).
    /// - Parameter normalised: the canonical address, or the e-mail trimmed and in lower case.
    package func hash(_ kind: Kind, _ normalised: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("\(kind.rawValue):\(normalised)".utf8), using: key)
        return Hex.encode(code.prefix(16))
    }
}
