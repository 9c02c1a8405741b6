public import Bitcoin
import LocalServers

/// The miners of the demo: real keys, and sessions they open as any wallet would.
public struct DemoUsers: Sendable {
    private let signers: [MessageSigner]
    private var refreshTokens: [String: String] = [:]

    /// - Parameter seeds: private keys of 32 bytes; a number that is no key is left out.
    init(seeds: [[UInt8]], network: BitcoinNetwork) {
        signers = seeds.compactMap { seed in
            PrivateKey(bytes: seed).flatMap { MessageSigner(key: $0, type: .p2wpkh, network: network) }
        }
    }

    /// Their P2WPKH addresses.
    var addresses: [String] { signers.map(\.address.canonical) }

    /// Three addresses everybody has the keys of (1, 2 and 3): for a simulator that nobody gave addresses.
    public static func standardAddresses(network: BitcoinNetwork) -> [String] {
        DemoUsers(seeds: (1...3).map { [UInt8](repeating: 0, count: 31) + [$0] }, network: network).addresses
    }

    /// Addresses of a made-up population: those of the keys that follow 2^32.
    /// - Parameter count: 1 to 100,000.
    public static func population(_ count: Int, network: BitcoinNetwork) -> [String] {
        let seeds = (1...max(1, count)).map { number in
            [UInt8](repeating: 0, count: 24) + withUnsafeBytes(of: (UInt64(1 << 32) + UInt64(number)).bigEndian) { Array($0) }
        }
        return DemoUsers(seeds: seeds, network: network).addresses
    }

    /// A fresh access token of each: by its refresh token where it has one, else by signing in. Nil where that fails, with the reason
    /// reported.
    mutating func tokens(from client: SignInClient, report: (String) -> Void) async -> [Endpoints.DemoUser] {
        var users: [Endpoints.DemoUser] = []
        for signer in signers {
            let address = signer.address.canonical
            var token: String?
            do {
                let tokens = try await tokens(of: signer, client)
                refreshTokens[address] = tokens.refreshToken
                token = tokens.accessToken
            } catch {
                report("no demo token: \(error)")
            }
            users.append(Endpoints.DemoUser(address: address, token: token))
        }
        return users
    }

    private func tokens(of signer: MessageSigner, _ client: SignInClient) async throws -> SignInClient.Tokens {
        if let refreshToken = refreshTokens[signer.address.canonical], let tokens = try? await client.refresh(refreshToken) {
            return tokens
        }
        return try await client.signIn(signer)
    }
}
