import API
import GameRules
import Platform
import Postgres

/// A user's row, locked for a change.
struct LockedAccount: Sendable, Equatable {
    let address: String
    let isVerified: Bool
    let hasPassword: Bool
    /// Where mail about the account goes; nil unless the address has been confirmed.
    let mailbox: String?
    let displayName: String?
}

/// The SQL shared by all changes of an account.
enum AccountStore {
    /// Locks a user's row until the transaction ends. Rows that refer to the user may still be added meanwhile.
    static func lock(_ user: UserID) -> SQL {
        SQL.named(
            "account_lock",
            """
            select btc_address, is_verified, password_hash is not null, case when email_verified then email end, display_name
            from users where id = \(user) for no key update
            """
        )
    }

    /// - Throws: 401 when the user is gone.
    static func locked(_ rows: PostgresRows) throws -> LockedAccount {
        guard let row = rows.first else { throw APIError.sessionRevoked }
        let (address, verified, password, mailbox, name) = try row.decode((String, Bool, Bool, String?, String?).self)
        return LockedAccount(address: address, isVerified: verified, hasPassword: password, mailbox: mailbox, displayName: name)
    }

    /// Instants at which a user did something lately, newest first: the audit log's successful rows of an action.
    /// - Parameter field: with it, only rows whose details list this name under `fields`.
    static func recent(_ action: StaticString, by user: UserID, field: String? = nil, since: Instant) -> SQL {
        SQL.named(
            "account_recent",
            """
            select timestamp from audit_log
            where user_id = \(user) and timestamp > \(since) and action = \(action.description) and status = 'success'
              and (\(field)::text is null or details -> 'fields' ? \(field)::text)
            order by timestamp desc limit 100
            """
        )
    }
}

/// So many times within 24 hours, counted from the events themselves.
struct DailyAllowance: Sendable {
    let times: Int
    let code: String
    let detail: String

    /// Where the 24 hours before an instant begin.
    static func start(before now: Instant) -> Instant { now.adding(seconds: -86_400) }

    /// - Parameter rows: one instant a row, newest first, none older than 24 hours.
    /// - Throws: 429 with the time until the earliest of the last ``times`` is a day old.
    func check(_ rows: PostgresRows, at now: Instant) throws {
        guard rows.count >= times else { return }
        let earliest = try Instant(postgres: rows[times - 1][0])
        let wait = earliest.adding(seconds: 86_400).milliseconds(since: now)
        throw APIError.rateLimited(retryAfterSeconds: Int((wait + 999) / 1000), code: code, detail: detail)
    }
}

extension Principal {
    /// Who acts, as the audit log names it.
    var auditActor: AuditEvent.Actor {
        switch credential {
        case .accessToken: .user
        case .apiKey: .apiKey
        }
    }
}
