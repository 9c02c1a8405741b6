import API
import Bitcoin
import GameRules
package import Platform
package import Postgres

/// Removes accounts (spec 02 §6). What has a foreign key with a cascade goes by itself; the rest is for observers.
package struct DeletionService: Sendable {
    /// Seconds a sign-in stays fresh enough to end the account with it.
    private static let freshSeconds: Int64 = 600

    private let database: PostgresClient
    private let sessions: SessionService
    private let keys: KeyRevocations
    private let audit: AuditLog
    private let messages: AccountMessages
    private let observers: [any DepartureObserver]

    /// - Parameter observers: what other features do first, in order.
    package init(
        database: PostgresClient,
        sessions: SessionService,
        keys: KeyRevocations,
        audit: AuditLog,
        messages: AccountMessages,
        observers: [any DepartureObserver] = []
    ) {
        self.database = database
        self.sessions = sessions
        self.keys = keys
        self.audit = audit
        self.messages = messages
        self.observers = observers
    }

    /// Removes the caller's account for good. The audit log keeps its id; blocks keep their height without it; the address is free.
    /// - Parameter confirmation: the account's own address, in any accepted spelling.
    /// - Throws: 403 `fresh_login_required` unless the session began less than ten minutes ago; 422 for another confirmation.
    func delete(
        _ principal: Principal,
        confirmation: String,
        network: BitcoinNetwork,
        origin: AuditOrigin,
        at now: Instant
    ) async throws {
        let user = principal.user
        let confirmed = (try? BitcoinAddress(parsing: confirmation, network: network))?.canonical
        let departure = Departure(user: user, reason: .deletion, at: now)
        let event = AuditEvent("user.deleted", by: principal.auditActor, user: user, resource: ("user", user.description), origin: origin)
        let ended = try await database.retryingTransaction { transaction in
            let rows = try await transaction.pipeline([
                AddressOwnership.lockExclusively, AccountStore.lock(user), DeletionStore.sessionStart(of: principal),
            ])
            let account = try AccountStore.locked(rows[1])
            guard let began = try rows[2].value(Optional<Instant>.self) ?? nil, now.seconds(since: began) < Self.freshSeconds else {
                throw APIError.freshLoginRequired
            }
            guard confirmed == account.address else {
                throw APIError.validation("confirm", .notAllowed, "Must be the Bitcoin address of your account.")
            }
            try await observers.departs(departure, in: transaction)
            let ended = try await sessions.revoke(.all, of: user, reason: .user, now: now, in: transaction)
            try await transaction.pipeline([DeletionStore.delete(user), AddressOwnership.raiseEpoch, AuditLog.insert(event, at: now)])
            return ended
        }
        audit.count(event)
        await sessions.announce(ended)
        await keys.announce(user)
        await messages.deleted(user)
        await observers.departed(departure)
        await messages.publicPresenceChanged(of: user)
    }
}

/// The SQL of deletion.
enum DeletionStore {
    /// Answers when the caller's session began by sign-in; null for a session that is not kept.
    static func sessionStart(of principal: Principal) -> SQL {
        "select max(family_started_at) from refresh_tokens where family_id = \(principal.session) and user_id = \(principal.user)"
    }

    /// Everything else of the user goes by cascade.
    static func delete(_ user: UserID) -> SQL { SQL.named("account_delete", "delete from users where id = \(user)") }
}

/// The confirmation a deletion demands.
struct AccountDeletion: EndpointInput {
    let confirmation: String

    init(from fields: inout RequestFields) {
        confirmation = fields.body("confirm", .string(1...100), doc: "The account's own Bitcoin address")
    }
}

extension APIError {
    fileprivate static let freshLoginRequired = APIError.forbidden(
        "fresh_login_required",
        "Sign in again first. An account can be deleted within ten minutes of signing in."
    )
}
