public import Bitcoin
import Foundation

/// A private key as people keep it in a file or type it.
public enum KeyText {
    /// - Returns: nil unless the text is a key in wallet import format, or 64 hexadecimal digits.
    public static func key(_ text: String, network: BitcoinNetwork) -> PrivateKey? {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if let bytes = DevelopmentKeys.bytes(hex: trimmed) { return PrivateKey(bytes: bytes) }
        return PrivateKey(walletImportFormat: trimmed, network: network)
    }
}
