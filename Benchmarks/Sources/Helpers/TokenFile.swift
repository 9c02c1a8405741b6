import Bitcoin
import Foundation
import LocalServers

/// Access tokens of users that have signed in with their wallets, one a line.
enum TokenFile {
    private static let connections = 32

    /// Signs so many users in, through an API process that ends with it: what signing in leaves in memory is not to be counted later.
    static func write(to path: String, users: Int, _ rig: Rig) async throws {
        let api = try await rig.startAPI()
        let signers = WalletClient.signers(users, .p2wpkh)
        let tokens = try await WalletThreads.signIn(connections, api.url) { thread, round in
            let number = thread + round * connections
            return number < signers.count ? signers[number] : nil
        }
        await api.stop()
        try tokens.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
}
