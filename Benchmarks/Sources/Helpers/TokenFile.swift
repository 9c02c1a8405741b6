import Bitcoin
import Foundation
import LocalServers

/// Access tokens of users that have signed in with their wallets, one a line.
enum TokenFile {
    private static let connections = 32

    /// Signs so many users in, through an API process that ends with it: what signing in leaves in memory is not to be counted later.
    static func write(to path: String, users: Int, _ rig: Rig) async throws {
        let api = try await rig.startAPI()
        let client = WalletClient(url: api.url, connections: connections)
        let signers = WalletClient.signers(users, .p2wpkh)
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            var tokens: [String] = []
            for (index, signer) in signers.enumerated() {
                if index >= connections, let token = try await group.next() { tokens.append(token) }
                group.addTask { try await client.signIn(signer) }
            }
            for try await token in group { tokens.append(token) }
            return tokens
        }
        try await client.close()
        await api.stop()
        try tokens.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
}
