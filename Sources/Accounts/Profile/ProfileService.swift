package import API
import GameRules
package import Platform
package import Postgres

/// Changes profiles (spec 02 §8.2).
package struct ProfileService: Sendable {
    private static let nameChanges = DailyAllowance(
        times: 10,
        code: "name_change_limit",
        detail: "You have changed your display name too often today."
    )

    private let database: PostgresClient
    private let audit: AuditLog
    private let messages: AccountMessages

    package init(database: PostgresClient, audit: AuditLog, messages: AccountMessages) {
        self.database = database
        self.audit = audit
        self.messages = messages
    }

    /// Changes the fields a patch names; one that changes nothing leaves no trace.
    /// - Throws: 409 `display_name_taken`, decided by the index; 429 `name_change_limit` beyond 10 changes in 24 hours.
    func change(_ patch: ProfilePatch, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws {
        let user = principal.user
        let event: AuditEvent?
        do {
            event = try await database.retryingTransaction { transaction -> AuditEvent? in
                let old = try ProfileChangeStore.contents(await transaction.query(ProfileChangeStore.lock(user)))
                let new = old.applying(patch)
                let fields = new.changes(from: old)
                guard !fields.isEmpty else { return nil }
                if fields.contains("display_name") {
                    let recent = AccountStore.recent(
                        "user.profile_updated",
                        by: user,
                        field: "display_name",
                        since: DailyAllowance.start(before: now)
                    )
                    try Self.nameChanges.check(await transaction.query(recent), at: now)
                }
                let event = AuditEvent(
                    "user.profile_updated",
                    by: principal.auditActor,
                    user: user,
                    details: ["fields": .array(fields.map { .string($0) })],
                    origin: origin
                )
                try await transaction.pipeline([ProfileChangeStore.write(new, of: user, at: now), AuditLog.insert(event, at: now)])
                return event
            }
        } catch let error as PostgresError where error.constraint == "users_display_name_key" {
            throw APIError.displayNameTaken
        }
        guard let event else { return }
        audit.count(event)
        await messages.publicPresenceChanged(of: user)
    }
}

extension APIError {
    /// 409: another user is shown by this name.
    package static let displayNameTaken = APIError.conflict("display_name_taken", "This display name is already taken.")
}
