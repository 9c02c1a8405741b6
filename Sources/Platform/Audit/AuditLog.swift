import API
package import GameRules
package import Logging
import Metrics
import NIOCore
package import Postgres

/// Writes the audit log (spec 11 §5). A change and its row share one transaction; failed and denied attempts are written on their own.
package struct AuditLog: Sendable {
    private let database: PostgresClient
    private let logger: Logger
    private let failures = Counter(label: "tbg_audit_write_failures_total")

    package init(database: PostgresClient, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// The statement that writes a row, for the transaction of the change it tells of. Count it with ``count(_:)`` after the commit.
    package static func insert(_ event: AuditEvent, at now: Instant) -> SQL {
        SQL.named(
            "audit_insert",
            """
            insert into audit_log (timestamp, actor_type, user_id, action, resource_type, resource_id, ip_address, user_agent, request_id,
                                   details, status)
            values (\(now), \(event.actor.rawValue), \(event.user), \(event.action.description), \(event.resourceType), \(event.resourceID),
                    \(event.origin.address.flatMap { Inet($0) }), \(event.origin.userAgent), \(event.origin.requestID),
                    \(JSONB(text(event.details))), \(event.status.rawValue))
            """
        )
    }

    /// Writes a row that has no transaction of its own, such as a refused attempt. A row that cannot be written is a log line instead.
    package func record(_ event: AuditEvent, at now: Instant) async {
        do {
            try await database.execute(Self.insert(event, at: now))
            count(event)
        } catch {
            failures.increment()
            logger.error(
                "audit row not written",
                metadata: [
                    "event": "audit_failed", "audit": "true", "action": "\(event.action)", "status": "\(event.status.rawValue)",
                    "user_id": "\(event.user?.description ?? "")", "details": "\(Self.text(event.details))",
                    "request_id": "\(event.origin.requestID ?? "")", "error_kind": "\(type(of: error))",
                ]
            )
        }
    }

    /// Counts a written row.
    package func count(_ event: AuditEvent) {
        Counter(label: "tbg_audit_events_total", dimensions: [("action", event.action.description)]).increment()
    }

    private static func text(_ details: JSONObject) -> String {
        var writer = JSONWriter()
        JSONValue.object(details).encode(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
