/// A checked address of one network in its canonical spelling (spec 02 §2).
///
/// The canonical text is what is stored, compared and used in keys; ``description`` is the shortened form, so that an address which
/// slips into a log line or an error does not reveal itself.
public struct BitcoinAddress: Sendable {
    /// The network the address was parsed or made for.
    public let network: BitcoinNetwork
    /// The output type.
    public let type: AddressType
    /// The hash (20 bytes for P2PKH, P2SH, P2WPKH; 32 for P2WSH) or the x-only output key (32 bytes, P2TR).
    public let program: [UInt8]
    /// Canonical spelling: bech32 in lower case, base58 as it is.
    public let canonical: String
}

extension BitcoinAddress {
    /// Parses a text as an address of `network`. ASCII white space around it is ignored.
    ///
    /// - Throws: The first ``AddressError`` that applies.
    public init(parsing text: String, network: BitcoinNetwork) throws(AddressError) {
        try self.init(parsing: Array(text.utf8), network: network)
    }

    /// Parses UTF-8 bytes as an address of `network`; for readers that have not made a `String` yet.
    ///
    /// - Throws: The first ``AddressError`` that applies.
    public init(parsing utf8: [UInt8], network: BitcoinNetwork) throws(AddressError) {
        self = try AddressParser(network: network).parse(utf8)
    }

    /// The output script that pays to this address.
    public var scriptPubKey: [UInt8] {
        switch type {
        case .p2pkh: Script.payToPublicKeyHash(program)
        case .p2sh: Script.payToScriptHash(program)
        case .p2wpkh, .p2wsh: Script.witnessProgram(version: 0, program)
        case .p2tr: Script.witnessProgram(version: 1, program)
        }
    }

    /// The shortened form for logs and mails: the first `leading` and last `trailing` characters around an ellipsis.
    public func shortened(leading: Int = 8, trailing: Int = 4) -> String {
        guard leading >= 0, trailing >= 0, leading + trailing < canonical.utf8.count else { return canonical }
        return "\(canonical.prefix(leading))…\(canonical.suffix(trailing))"
    }
}

extension BitcoinAddress: Hashable {
    /// Two addresses are equal when network and canonical text are.
    public static func == (left: BitcoinAddress, right: BitcoinAddress) -> Bool {
        left.canonical == right.canonical && left.network == right.network
    }

    /// Hashes the canonical text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(canonical)
    }
}

extension BitcoinAddress: CustomStringConvertible, CustomDebugStringConvertible {
    /// The shortened form, never the whole address. Use ``canonical`` for keys, storage and the wire.
    public var description: String { shortened() }

    /// The shortened form.
    public var debugDescription: String { shortened() }
}
