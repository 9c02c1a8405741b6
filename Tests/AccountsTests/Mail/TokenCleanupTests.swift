import FeatureRig
import Foundation
import GameRules
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Token cleanup")
struct TokenCleanupTests {
    private static let day: Int64 = 86_400

    private func refreshRow(
        _ rig: AccountsRig,
        _ user: UserID,
        _ name: String,
        expires: Int64,
        rotated: Bool = false,
        revoked: Bool = false
    )
        async throws
    {
        let now = rig.clock.now
        try await rig.runtime.database.execute(
            """
            insert into refresh_tokens (id, user_id, family_id, token_hash, auth_method, issued_at, expires_at, family_started_at,
                                        family_expires_at, rotated_at, replaced_by, revoked_at, revoke_reason)
            values (\(UUID()), \(user), \(UUID()), \(name.padding(toLength: 64, withPad: "0", startingAt: 0)), 'email', \(now),
                    \(now.adding(seconds: expires)), \(now), \(now), \(rotated ? now : nil), \(rotated ? UUID() : nil),
                    \(revoked ? now : nil), \(revoked ? "logout" : nil))
            """
        )
    }

    @Test("of an expired, a rotated, a revoked and a live refresh token exactly the first goes, and the second run removes nothing")
    func refreshTokens() async throws {
        try await AccountsRig.run { rig async throws in
            let user = try await rig.account(try Wallet("clean")).user
            try await rig.runtime.database.execute("delete from refresh_tokens")
            try await refreshRow(rig, user, "expired", expires: -1)
            try await refreshRow(rig, user, "rotated", expires: 1, rotated: true)
            try await refreshRow(rig, user, "revoked", expires: 1, revoked: true)
            try await refreshRow(rig, user, "live", expires: 1)
            let cleanup = TokenCleanup(database: rig.runtime.database)
            #expect(try await cleanup.run(at: rig.clock.now) == 1)
            #expect(try await rig.number("select count(*) from refresh_tokens where token_hash like 'expired%'") == 0)
            #expect(try await rig.number("select count(*) from refresh_tokens") == 3)
            #expect(try await cleanup.run(at: rig.clock.now) == 0)
        }
    }

    @Test("expired and rotated or revoked rows go as well once they have expired; a small batch is repeated until nothing is left")
    func batches() async throws {
        try await AccountsRig.run { rig async throws in
            let user = try await rig.account(try Wallet("batch")).user
            try await rig.runtime.database.execute("delete from refresh_tokens")
            for index in 0..<7 { try await refreshRow(rig, user, "r\(index)", expires: -5, rotated: index < 3, revoked: index > 4) }
            #expect(try await TokenCleanup(database: rig.runtime.database, batch: 2).run(at: rig.clock.now) == 7)
        }
    }

    @Test("mail tokens stay 7 days after their end, mails 30, API keys 90")
    func others() async throws {
        try await AccountsRig.run { rig async throws in
            let user = try await rig.account(try Wallet("others")).user
            let now = rig.clock.now
            func ago(_ days: Int64, _ seconds: Int64 = 0) -> Instant { now.adding(seconds: -days * Self.day - seconds) }
            for (index, (expires, used)) in [
                (ago(7, 1), nil), (ago(7), nil), (now, ago(7, 1)), (now, ago(6)), (now, nil),
            ].enumerated() as EnumeratedSequence<[(Instant, Instant?)]> {
                for table in ["email_verification_tokens", "password_reset_tokens"] {
                    try await rig.runtime.database.execute(
                        """
                        insert into \(identifier: table) (id, user_id, token_hash, created_at, expires_at, used_at)
                        values (\(UUID()), \(user), \(String(repeating: String(index), count: 64)), \(ago(9)), \(expires), \(used))
                        """
                    )
                }
            }
            for (index, finished) in [ago(30, 1), ago(30), nil].enumerated() {
                try await rig.runtime.database.execute(
                    """
                    insert into email_outbox (kind, user_id, recipient, state, next_attempt_at, created_at, finished_at)
                    values ('welcome', \(user), 'a@example.com', \(index < 2 ? "sent" : "pending"), \(ago(60)), \(ago(60)), \(finished))
                    """
                )
            }
            let keys: [(Instant?, Instant?)] = [(ago(90, 1), nil), (ago(90), nil), (nil, ago(90, 1)), (nil, ago(1)), (nil, nil)]
            for (index, (revoked, expires)) in keys.enumerated() {
                try await rig.runtime.database.execute(
                    """
                    insert into api_keys (id, user_id, key_prefix, key_hash, name, created_at, expires_at, revoked_at)
                    values (\(UUID()), \(user), \("sk-tbg-\(index)"), 'x', 'x', \(ago(100)), \(expires), \(revoked))
                    """
                )
            }
            #expect(try await TokenCleanup(database: rig.runtime.database).run(at: now) == 2 + 2 + 1 + 2)
            #expect(try await rig.number("select count(*) from email_verification_tokens") == 3)
            #expect(try await rig.number("select count(*) from password_reset_tokens") == 3)
            #expect(try await rig.number("select count(*) from email_outbox") == 2)
            #expect(try await rig.number("select count(*) from api_keys") == 3)
            #expect(try await TokenCleanup(database: rig.runtime.database).run(at: now) == 0)
        }
    }
}
