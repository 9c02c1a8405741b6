/// The output types an address of ours can have (spec 02 §2.1). Raw values are the wire and database spelling.
public enum AddressType: String, Sendable, Hashable, CaseIterable, Codable {
    /// Pay to public key hash: base58, `1…`.
    case p2pkh
    /// Pay to script hash: base58, `3…`. Whether it wraps P2WPKH shows only when a signature is checked.
    case p2sh
    /// Segwit version 0, 20 byte key hash (BIP-141).
    case p2wpkh
    /// Segwit version 0, 32 byte script hash (BIP-141).
    case p2wsh
    /// Segwit version 1, 32 byte x-only output key (BIP-341).
    case p2tr

    /// Whether an owner of such an address can prove control by a message signature (spec 02 §2.2).
    public var canSignMessages: Bool { self != .p2wsh }
}
