package import GameRules
import Platform
package import Postgres

/// What a request's authority depends on, read from `users` (spec 02 §7.4).
package struct PrincipalStore: Sendable {
    package struct Account: Sendable, Equatable {
        package let address: String
        package let sessionVersion: Int
        package let isBanned: Bool
        package let isVerified: Bool
    }

    private let database: PostgresClient

    package init(database: PostgresClient) {
        self.database = database
    }

    package func account(_ user: UserID) async throws -> Account? {
        let rows = try await database.query(
            SQL.named("principal", "select btc_address, session_version, is_banned, is_verified from users where id = \(user)")
        )
        guard let row = rows.first else { return nil }
        let (address, version, banned, verified) = try row.decode((String, Int32, Bool, Bool).self)
        return Account(address: address, sessionVersion: Int(version), isBanned: banned, isVerified: verified)
    }

    package func isAdmin(_ user: UserID) async throws -> Bool {
        try await database.query("select is_admin and not is_banned from users where id = \(user)").value(Bool.self) ?? false
    }
}
