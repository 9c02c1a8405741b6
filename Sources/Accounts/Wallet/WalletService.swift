import API
package import Bitcoin
import GameRules
package import Platform
package import Postgres

/// Moves accounts to other addresses (spec 02 §8.5).
package struct WalletService: Sendable {
    private static let changes = DailyAllowance(
        times: 3,
        code: "wallet_change_limit",
        detail: "You have changed your address too often today."
    )

    private let database: PostgresClient
    private let network: BitcoinNetwork
    private let clock: Clock
    private let challenges: ChallengeService
    private let principals: PrincipalCache
    private let audit: AuditLog
    private let messages: AccountMessages

    package init(
        database: PostgresClient,
        network: BitcoinNetwork,
        clock: Clock,
        challenges: ChallengeService,
        principals: PrincipalCache,
        audit: AuditLog,
        messages: AccountMessages
    ) {
        self.database = database
        self.network = network
        self.clock = clock
        self.challenges = challenges
        self.principals = principals
        self.audit = audit
        self.messages = messages
    }

    /// Moves the caller's account.
    /// - Throws: in this order 422 with the address's code; 409 `wallet_unchanged`, `wallet_address_in_use`; 429 `wallet_change_limit`;
    ///   403 `wallet_proof_required`; 400 `challenge_invalid`, 401 `signature_invalid`.
    func change(_ wish: WalletChange, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws -> WalletAnswer {
        let address = try BitcoinAddress(submitted: wish.address, network: network)
        let user = principal.user
        try await judge(address, wish, user, at: now)
        let proof = try await prove(address, wish, user, origin, at: now)
        let move: Move
        do {
            move = try await database.retryingTransaction { transaction in
                try await self.move(user, to: address, proof, by: principal, origin, in: transaction)
            }
        } catch let error as PostgresError where error.constraint == "users_address_key" {
            throw APIError.walletInUse
        }
        await announce(move)
        return WalletAnswer(address: address, previous: move.previous)
    }

    /// A change of address that a transaction has made.
    struct Move: Sendable {
        let user: UserID
        let previous: String
        let address: BitcoinAddress
        let isProven: Bool
        fileprivate let event: AuditEvent
    }

    /// Makes a change known; to be called after its commit.
    func announce(_ move: Move) async {
        audit.count(move.event)
        principals.forget(move.user)
        await messages.walletChanged(of: move.user, from: move.previous, to: move.address.canonical)
        await messages.publicPresenceChanged(of: move.user)
        if !move.isProven { await messages.miningSettingsChanged(of: move.user) }
    }

    /// Refuses what is bound to fail before a challenge is looked at. The transaction judges again what may have changed by then.
    private func judge(_ address: BitcoinAddress, _ wish: WalletChange, _ user: UserID, at now: Instant) async throws {
        guard let row = try await database.query(WalletStore.standing(of: user, towards: address.canonical)).first else {
            throw APIError.sessionRevoked
        }
        let (current, hasPassword, isHeld) = try row.decode((String, Bool, Bool).self)
        guard current != address.canonical else { throw APIError.walletUnchanged }
        guard !isHeld else { throw APIError.walletInUse }
        let recent = WalletStore.recentChanges(of: user, since: DailyAllowance.start(before: now))
        try Self.changes.check(await database.query(recent), at: now)
        guard hasPassword || wish.signature != nil else { throw APIError.walletProofRequired }
    }

    private func prove(
        _ address: BitcoinAddress,
        _ wish: WalletChange,
        _ user: UserID,
        _ origin: AuditOrigin,
        at now: Instant
    ) async throws -> ProvenChallenge? {
        guard let signature = wish.signature, let nonce = wish.nonce else { return nil }
        return try await challenges.verify(
            purpose: .payout(user),
            address: address,
            nonce: nonce,
            signature: signature,
            now: now,
            origin: origin
        )
    }

    /// Moves an account and uses the proof up as the last step; follow with ``announce(_:)`` after the commit. A caller that locks rows
    /// before must have taken the owners' lock before those.
    /// - Throws: 409 `wallet_unchanged`, 429 `wallet_change_limit`, 403 `wallet_proof_required`, 400 `challenge_invalid`; a violation of
    ///   `users_address_key` when another user holds the address.
    func move(
        _ user: UserID,
        to address: BitcoinAddress,
        _ proof: ProvenChallenge?,
        by principal: Principal,
        _ origin: AuditOrigin,
        in transaction: PostgresTransaction
    ) async throws -> Move {
        // Owners first, then the row: whoever owns an event is a function of its address and time, so no share may be on its way
        // between old and new owner while the instant of the change is chosen.
        let rows = try await transaction.pipeline([AddressOwnership.lockExclusively, AccountStore.lock(user)])
        let account = try AccountStore.locked(rows[1])
        let now = clock.now()
        guard account.address != address.canonical else { throw APIError.walletUnchanged }
        let recent = WalletStore.recentChanges(of: user, since: DailyAllowance.start(before: now))
        try Self.changes.check(await transaction.query(recent), at: now)
        guard proof != nil || account.hasPassword else { throw APIError.walletProofRequired }

        let old = (try? BitcoinAddress(parsing: account.address, network: network))?.shortened() ?? ""
        let new = address.shortened()
        let event = AuditEvent(
            "user.wallet_changed",
            by: principal.auditActor,
            user: user,
            details: ["old": .string(old), "new": .string(new), "proven": .bool(proof != nil)],
            origin: origin
        )
        let notice = AccountNotice.security(
            to: user,
            title: "Your Bitcoin address was changed",
            text: "Rewards now go to \(new). If this was not you, contact support at once.",
            dedupeKey: "wallet:\(now.microsecondsSinceUnixEpoch)"
        )
        var statements = [
            WalletStore.move(user, to: address.canonical, isProven: proof != nil, at: now),
            WalletStore.remember(
                user,
                from: account.address,
                to: address.canonical,
                isProven: proof != nil,
                clientAddress: origin.address,
                at: now
            ),
            AddressOwnership.raiseEpoch,
            AuditLog.insert(event, at: now),
            notice.insert(at: now),
        ]
        if proof == nil { statements.append(WalletStore.resetClaims(of: user, at: now)) }
        if let mailbox = account.mailbox {
            statements.append(
                EmailOutbox.insert(.walletChanged(old: old, new: new), to: mailbox, user: user, at: now, requestID: origin.requestID)
            )
        }
        try await transaction.pipeline(statements)
        // Last: a database that fails costs nobody a challenge, and of two requests with one challenge one commits.
        if let proof { try await challenges.spend(proof) }
        return Move(user: user, previous: account.address, address: address, isProven: proof != nil, event: event)
    }
}
