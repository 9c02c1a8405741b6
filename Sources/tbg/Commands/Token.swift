import Accounts
import ArgumentParser
import Bitcoin
import Foundation
import GameRules
import Mining
import Platform
import Postgres

/// `tbg token --address`: a bearer token for the owner of an address, from the development signing key. Refused outside development.
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a bearer token for a demo miner (development only).")

    @Option(help: "Address of the miner; an unknown one becomes a user.")
    var address: String

    @Option(help: "Life of the token, seconds.")
    var lifetime = 7 * 24 * 3600

    func run() async throws {
        let runtime = try await ServiceRole.runtime("token")
        do {
            Console.line(try await token(runtime))
            await runtime.close()
        } catch {
            await runtime.close()
            throw error
        }
    }

    private func token(_ runtime: Runtime) async throws -> String {
        guard runtime.settings.environment.isRelaxed, let key = runtime.settings.tokens.privateKey else {
            throw ValidationError("tokens are made only in development, with TBG_JWT_PRIVATE_KEY_FILE set")
        }
        let canonical = try BitcoinAddress(parsing: address, network: runtime.settings.network.bitcoin).canonical
        let now = runtime.clock.now()
        try await runtime.database.execute(
            "insert into users (btc_address, created_at, updated_at) values (\(canonical), \(now), \(now)) on conflict (btc_address) do nothing"
        )
        guard let (user, account) = try await PrincipalStore(database: runtime.database).holder(of: canonical) else {
            throw ValidationError("the address has no owner")
        }
        let issuer = TokenIssuer(ring: try await KeyRing(signing: key.revealed), settings: runtime.settings.tokens, random: runtime.random)
        return try await issuer.issue(
            user: user,
            address: account.address,
            session: runtime.random.uuidText(),
            sessionVersion: account.sessionVersion,
            authMethod: "wallet",
            at: now,
            lifetimeSeconds: lifetime
        )
    }
}
