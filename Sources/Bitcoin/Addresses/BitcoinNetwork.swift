/// The chain a service is configured for.
///
/// Testnet stands for testnet 3 and testnet 4. Testnet and signet share every address prefix, regtest shares the base58 versions with
/// them, so an address alone does not always tell these apart (spec 02 §2.1).
public enum BitcoinNetwork: String, Sendable, Hashable, CaseIterable, Codable {
    /// The main chain.
    case mainnet
    /// Testnet 3 or testnet 4.
    case testnet
    /// The signed test chain of BIP-325.
    case signet
    /// A private chain on the developer's machine.
    case regtest
}

extension BitcoinNetwork {
    /// Human-readable part of this network's segwit addresses (BIP-173): `bc`, `tb` or `bcrt`.
    public var segwitPrefix: String {
        switch self {
        case .mainnet: "bc"
        case .testnet, .signet: "tb"
        case .regtest: "bcrt"
        }
    }

    /// Base58Check version byte of a P2PKH address.
    var publicKeyHashVersion: UInt8 { self == .mainnet ? 0 : 111 }

    /// Base58Check version byte of a P2SH address.
    var scriptHashVersion: UInt8 { self == .mainnet ? 5 : 196 }

    /// Base58Check version byte of a private key in wallet import format.
    var privateKeyVersion: UInt8 { self == .mainnet ? 0x80 : 0xef }

    /// Number of blocks between two halvings of the subsidy.
    public var halvingInterval: Int { self == .regtest ? 150 : 210_000 }
}
