import API
import GameRules
package import Platform
package import Postgres

/// Collects everything the service keeps of a user (spec 02 §6).
package struct ExportService: Sendable {
    private static let allowance = DailyAllowance(
        times: 3,
        code: "rate_limited",
        detail: "You can export your data three times a day."
    )

    private let database: PostgresClient
    private let audit: AuditLog
    private let exporters: [DataExporter]

    /// - Parameter features: what other features add to the accounts' own members, in order.
    package init(database: PostgresClient, audit: AuditLog, features: [DataExporter] = []) {
        self.database = database
        self.audit = audit
        exporters = DataExporter.accounts + features
    }

    /// The caller's data as of one transaction.
    /// - Throws: 429 beyond three exports in 24 hours.
    func export(for principal: Principal, origin: AuditOrigin, at now: Instant) async throws -> DataExport {
        let user = principal.user
        let event = AuditEvent("user.data_exported", by: principal.auditActor, user: user, origin: origin)
        let export = try await database.transaction { transaction in
            // The lock makes the count hold, and keeps the account as it is while it is read.
            let recent = AccountStore.recent("user.data_exported", by: user, since: DailyAllowance.start(before: now))
            let rows = try await transaction.pipeline([AccountStore.lock(user), recent])
            _ = try AccountStore.locked(rows[0])
            try Self.allowance.check(rows[1], at: now)
            var members: [(name: String, value: any JSONEncodable)] = []
            for exporter in exporters { members.append((exporter.name, try await exporter.load(user, transaction))) }
            try await transaction.execute(AuditLog.insert(event, at: now))
            return DataExport(takenAt: now, members: members)
        }
        audit.count(event)
        return export
    }
}
