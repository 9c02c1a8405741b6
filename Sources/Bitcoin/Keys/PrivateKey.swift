import CSecp256k1

/// A private key, for those who sign: the command line's log-in and simulated miners. The service itself holds none.
public struct PrivateKey: Sendable {
    /// The number in 1…n−1, 32 bytes big-endian. Secret.
    let bytes: [UInt8]
    /// Whether the public key is written in 33 bytes; false only for keys of very old wallets.
    public let isCompressed: Bool

    /// Takes 32 bytes, big-endian; nil unless they are a number in 1…n−1.
    public init?(bytes: [UInt8], isCompressed: Bool = true) {
        guard bytes.count == 32, secp256k1_ec_seckey_verify(Secp256k1Context.shared.pointer, bytes) == 1 else { return nil }
        self.bytes = bytes
        self.isCompressed = isCompressed
    }

    /// A new key.
    public static func random(using generator: inout some RandomNumberGenerator) -> PrivateKey {
        while true {
            // Fewer than one in 2^127 numbers is no key.
            let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            if let key = PrivateKey(bytes: bytes) { return key }
        }
    }

    /// The point that belongs to this key.
    var publicKey: PublicKey {
        var point = secp256k1_pubkey()
        // Cannot fail: the number was checked.
        _ = secp256k1_ec_pubkey_create(Secp256k1Context.shared.pointer, &point, bytes)
        return PublicKey(point: point)
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Tells nothing.
    public var description: String { "PrivateKey(secret)" }
    /// Tells nothing.
    public var debugDescription: String { description }
    /// Tells nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
