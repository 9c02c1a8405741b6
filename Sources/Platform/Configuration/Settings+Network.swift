package import Bitcoin

extension Settings.Network {
    /// The same network, as addresses know it.
    package var bitcoin: BitcoinNetwork {
        switch self {
        case .mainnet: .mainnet
        case .testnet: .testnet
        case .signet: .signet
        case .regtest: .regtest
        }
    }
}
