import API
import GameRules
package import Platform
package import Postgres

/// Reads and changes a user's settings (spec 02 §8.3).
package struct SettingsService: Sendable {
    private let database: PostgresClient
    private let audit: AuditLog
    private let messages: AccountMessages

    package init(database: PostgresClient, audit: AuditLog, messages: AccountMessages) {
        self.database = database
        self.audit = audit
        self.messages = messages
    }

    func settings(of user: UserID) async throws -> UserSettings {
        try SettingsStore.settings(await database.query(SettingsStore.select(user)))
    }

    /// Changes the keys a patch names. All or none: the patch has been validated whole.
    /// - Throws: 403 `address_not_verified` when a public profile or a coinbase text is asked for without a proven address.
    func change(_ patch: SettingsPatch, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws -> UserSettings {
        let user = principal.user
        let (settings, changes, event) = try await database.transaction { transaction -> (UserSettings, [SettingsChange], AuditEvent?) in
            // The row lock orders this with a change of address, which may take the proof away.
            let rows = try await transaction.pipeline([AccountStore.lock(user), SettingsStore.select(user)])
            let account = try AccountStore.locked(rows[0])
            let current = try SettingsStore.settings(rows[1])
            let changes = current.changes(by: patch)
            guard !changes.isEmpty else { return (current, [], nil) }
            if !account.isVerified, changes.contains(where: \.needsProvenAddress) { throw APIError.addressNotVerified }
            let event = Self.event(changes, by: principal, origin: origin)
            let written = try await transaction.pipeline(
                SettingsStore.write(changes, of: user, at: now) + [AuditLog.insert(event, at: now), SettingsStore.select(user)]
            )
            return (try SettingsStore.settings(written[written.count - 1]), changes, event)
        }
        if let event { audit.count(event) }
        if changes.contains(where: { $0.group == .mining }) { await messages.miningSettingsChanged(of: user) }
        if changes.contains(where: { $0.group == .privacy }) { await messages.publicPresenceChanged(of: user) }
        return settings
    }

    /// Names of changed keys; values only of privacy (spec 11 §5).
    private static func event(_ changes: [SettingsChange], by principal: Principal, origin: AuditOrigin) -> AuditEvent {
        var details: JSONObject = ["changed": .array(changes.map { .string($0.path) })]
        for change in changes where change.group == .privacy { details[change.path] = ["old": change.old, "new": change.new] }
        return AuditEvent("user.settings_updated", by: principal.auditActor, user: principal.user, details: details, origin: origin)
    }
}

extension SettingsChange {
    /// Whether the new value speaks for the address (spec 02 §1).
    fileprivate var needsProvenAddress: Bool {
        switch (group, key.name) {
        case (.privacy, "publicProfile"): new == true
        case (.mining, "coinbaseSignature"): true
        default: false
        }
    }
}

extension APIError {
    /// 403: what is asked for needs a proven address.
    static let addressNotVerified = APIError.forbidden(
        "address_not_verified",
        "Prove that your Bitcoin address is yours before you change this."
    )
}
