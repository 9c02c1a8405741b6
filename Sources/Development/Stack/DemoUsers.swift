public import Bitcoin
import LocalServers

/// The miners of the demo and their tokens.
public enum DemoUsers {
    /// The P2WPKH addresses of the private keys; a number that is no key is left out.
    static func addresses(seeds: [[UInt8]], network: BitcoinNetwork) -> [String] {
        seeds.compactMap { PrivateKey(bytes: $0)?.address(type: .p2wpkh, network: network)?.canonical }
    }

    /// Three addresses everybody has the keys of (1, 2 and 3): for a simulator that nobody gave addresses.
    public static func standardAddresses(network: BitcoinNetwork) -> [String] {
        addresses(seeds: (1...3).map { [UInt8](repeating: 0, count: 31) + [$0] }, network: network)
    }

    /// A bearer token for the owner of each address, made by `tbg token`; nil where that fails, with the reason reported.
    static func tokens(
        program: String,
        addresses: [String],
        environment: [String: String],
        report: (String) -> Void
    ) async -> [Endpoints.DemoUser] {
        var users: [Endpoints.DemoUser] = []
        for address in addresses {
            var token: String?
            do {
                let output = try await Command(program, ["token", "--address", address], environment: environment).runSuccessfully()
                token = self.token(in: output)
            } catch {
                report("no demo token: \(error)")
            }
            users.append(Endpoints.DemoUser(address: address, token: token))
        }
        return users
    }

    /// The token is the last word printed; log lines may come before it.
    static func token(in output: String) -> String? {
        output.split(whereSeparator: \.isWhitespace).last.map(String.init)
    }
}
