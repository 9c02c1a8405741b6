import Crypto
import Foundation
import Platform

/// The secret in the link of a mail: 32 random bytes as 43 characters of unpadded base64url. Only its SHA-256 is stored (spec 02 §9.2).
struct MailToken: Sendable {
    private static let byteCount = 32

    let text: String

    /// A new one.
    init(random: RandomSource) {
        text = Base64URL.encode(random.bytes(Self.byteCount))
    }

    /// One that was presented; nil for what cannot be one.
    init?(_ text: String) {
        guard Base64URL.decode(text)?.count == Self.byteCount else { return nil }
        self.text = text
    }

    /// SHA-256 of the text, 64 hexadecimal digits.
    var hash: String { Hex.encode(SHA256.hash(data: Data(text.utf8))) }
}
