import Crypto
import Foundation
package import Platform

/// The secret a client exchanges for its next access token (spec 02 §7.5): 32 bytes behind a prefix. Only the hash of the text is stored.
package struct RefreshToken: Sendable, Equatable {
    private static let prefix = "tbg_rt_"
    private static let label: [UInt8] = Array("tbg-rt-v1".utf8) + [0]

    private let secret: [UInt8]

    /// The first token of a session.
    package init(random: RandomSource) {
        secret = random.bytes(32)
    }

    init(secret: [UInt8]) {
        self.secret = secret
    }

    /// - Returns: nil unless the text is a token as the service writes them.
    package init?(_ text: String) {
        guard text.utf8.count == 50, text.hasPrefix(Self.prefix), let secret = Base64URL.decode(text.dropFirst(Self.prefix.count)),
            secret.count == 32, Self.text(secret) == text
        else { return nil }
        self.secret = secret
    }

    /// What the client keeps.
    package var text: String { Self.text(secret) }

    /// SHA-256 of the text, hexadecimal: what the database keeps.
    package var hash: String { Hex.encode(SHA256.hash(data: Data(text.utf8))) }

    /// The token that replaces this one. The same row and key always give the same successor, so that a repeated exchange can answer it
    /// again although nobody has stored it; without the key it cannot be computed.
    /// - Parameter row: `refresh_tokens.id` of this token.
    func successor(of row: UUID, key: SessionKey) -> RefreshToken {
        let identifier = withUnsafeBytes(of: row.uuid) { Array($0) }
        let code = HMAC<SHA256>.authenticationCode(for: Data(Self.label + identifier + secret), using: key.symmetric)
        return RefreshToken(secret: Array(code))
    }

    private static func text(_ secret: [UInt8]) -> String { prefix + Base64URL.encode(secret) }
}

/// `SESSION_KEY`: derives refresh tokens from their predecessors.
package struct SessionKey: Sendable {
    fileprivate let symmetric: SymmetricKey

    /// - Parameter bytes: 32 bytes.
    package init(bytes: [UInt8]) {
        symmetric = SymmetricKey(data: bytes)
    }

    /// The configured key; in development without one a key of this process alone.
    package init(_ settings: TokenSettings, random: RandomSource) {
        self.init(bytes: settings.sessionKey.flatMap { Hex.decode($0.revealed) } ?? random.bytes(32))
    }
}
