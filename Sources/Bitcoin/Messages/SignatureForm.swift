/// The three ways to write down a message signature.
public enum SignatureForm: String, Sendable, Hashable, CaseIterable, Codable {
    /// 65 bytes with a recoverable ECDSA signature (BIP-137). Not for taproot.
    case compact
    /// The witness of BIP-322's `to_sign`, behind the prefix `smp`. Not for P2PKH, which has no witness.
    case simple
    /// The whole of BIP-322's `to_sign`, behind the prefix `ful`.
    case full
}

extension AddressType {
    /// The forms a signer can produce and ``MessageVerifier`` accepts for this type, the customary one first.
    public var signatureForms: [SignatureForm] {
        switch self {
        case .p2pkh: [.compact, .full]
        case .p2sh, .p2wpkh: [.compact, .simple, .full]
        case .p2tr: [.simple, .full]
        case .p2wsh: []
        }
    }
}
