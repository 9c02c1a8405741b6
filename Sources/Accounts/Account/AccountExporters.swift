import API
import GameRules
import Platform
import Postgres

// The members of the export that accounts themselves keep (spec 02 §6).

extension DataExporter {
    static let accounts: [DataExporter] = [profile, settings, sessions, apiKeys, addressHistory]

    private static let profile = DataExporter("profile") { user, transaction in
        guard let row = try await transaction.query(ProfileStore.statement(of: user)).first else { throw APIError.sessionRevoked }
        return try ProfileStore.record(row).profile
    }

    private static let settings = DataExporter("settings") { user, transaction in
        try SettingsStore.settings(await transaction.query(SettingsStore.select(user)))
    }

    private static let apiKeys = DataExporter("api_keys") { user, transaction in
        try APIKeyStore.items(await transaction.query(APIKeyStore.select(of: user)))
    }

    private static let sessions = DataExporter("sessions") { user, transaction in
        let rows = try await transaction.query(
            """
            select distinct on (family_id) family_id, auth_method, family_started_at, issued_at, expires_at, revoked_at is not null,
                   ip_address, user_agent
            from refresh_tokens where user_id = \(user) order by family_id, issued_at desc
            """
        )
        return try rows.map { row in
            let (id, method, started, used, expires, revoked, client, agent) = try row.decode(
                (SessionID, String, Instant, Instant, Instant, Bool, Inet?, String?).self
            )
            return ExportedSession(
                id: id,
                authMethod: method,
                startedAt: started,
                lastUsedAt: used,
                expiresAt: expires,
                isRevoked: revoked,
                ipAddress: client?.string,
                userAgent: agent
            )
        }
    }

    private static let addressHistory = DataExporter("address_history") { user, transaction in
        let rows = try await transaction.query(
            "select old_address, new_address, proven, changed_at from wallet_address_history where user_id = \(user) order by changed_at, id"
        )
        return try rows.decode((String, String, Bool, Instant).self).map {
            ExportedAddressChange(old: $0.0, new: $0.1, isProven: $0.2, changedAt: $0.3)
        }
    }
}
