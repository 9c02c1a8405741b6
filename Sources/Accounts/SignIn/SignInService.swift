import API
import Bitcoin
import Crypto
import Foundation
import GameRules
import Platform
import Postgres

/// Signing in by signature: whoever proves an address owns it (spec 02 §5.1–§5.3).
package struct SignInService: Sendable {
    private let services: AccountsServices

    package init(services: AccountsServices) {
        self.services = services
    }

    func challenge(_ input: ChallengeInput, at now: Instant) async throws -> ChallengeAnswer {
        let address = try BitcoinAddress(submitted: input.address, network: services.network)
        let challenge = try await services.challenges.issue(purpose: .login, address: address, now: now)
        return ChallengeAnswer(challenge: challenge, lifetimeSeconds: services.challenges.lifetimeSeconds)
    }

    /// - Throws: in this order 422 with the address's code; 400 `challenge_invalid`; 401 `signature_invalid`; 403 `account_banned`;
    ///   409 `address_claimed_by_email`; 503 without Redis or database, which leaves the challenge good.
    func verify(_ input: VerifyInput, origin: AuditOrigin, at now: Instant) async throws -> SignInAnswer {
        let address = try BitcoinAddress(submitted: input.address, network: services.network)
        let proof = try await services.challenges.verify(
            purpose: .login,
            address: address,
            nonce: input.nonce,
            signature: input.signature,
            now: now,
            origin: origin
        )
        let entry: Entry
        do {
            entry = try await services.database.transaction { transaction in
                try await admit(proof, takesOver: input.takesOver, origin: origin, now: now, in: transaction)
            }
        } catch let refusal as APIError {
            // The owner has had an answer; another one needs another signature.
            try? await services.challenges.spend(proof)
            throw refusal
        }
        services.audit.count(entry.event)
        async let spent: Void? = try? services.challenges.spend(proof)
        async let announced: Void = announce(entry)
        let tokens = try await services.tokens.answer(entry.session, account: entry.account, at: now)
        _ = await (spent, announced)
        return SignInAnswer(tokens: tokens, isNewUser: entry.isFirst)
    }

    private struct Entry: Sendable {
        let session: OpenedSession
        let account: AccountRecord
        let isFirst: Bool
        let event: AuditEvent
        /// What the previous holder left behind.
        let eviction: Eviction?
    }

    private struct Eviction: Sendable {
        let sessions: EndedSessions
        let departure: Departure
    }

    private func admit(
        _ proof: ProvenChallenge,
        takesOver: Bool,
        origin: AuditOrigin,
        now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> Entry {
        let found = try await transaction.pipeline([SignInStore.create(proof.address, now: now), SignInStore.lock(proof.address)])
        // The holder of a moment ago may just have moved to another address.
        guard let before = try found[1].first.map(ProfileStore.record) else { throw APIError.unavailable() }
        guard !before.isBanned else { throw APIError.accountBanned }
        let user = before.profile.id
        let decision = OwnershipDecision(
            hasPassword: before.profile.hasPassword,
            isVerified: before.profile.isVerified,
            takesOver: takesOver
        )
        if decision == .claimedByEmail { throw APIError.addressClaimedByEmail }
        let eviction = decision == .takeOver ? try await evict(before.profile, origin, now, in: transaction) : nil

        let isFirst = before.profile.lastLogin == nil
        let event = AuditEvent("auth.login", by: .user, user: user, details: ["method": "wallet"], origin: origin)
        let opening = services.sessions.prepare(
            for: user,
            method: .wallet,
            origin: origin,
            now: now,
            rowID: Self.rowID(of: proof.challenge)
        )
        var statements = [SignInStore.signIn(user, now: now)] + opening.statements + [AuditLog.insert(event, at: now)]
        if isFirst { statements.append(AccountNotice.welcome(to: user).insert(at: now)) }
        let results = try await transaction.pipeline(statements)
        // The session's first row has an id made from the nonce: however often one signature arrives, it opens one session.
        guard results[2].affected == 1 else { throw ChallengeService.challengeInvalid }
        guard let account = try results[0].first.map(ProfileStore.record) else { throw APIError.unavailable() }
        return Entry(session: try opening.session(results[1]), account: account, isFirst: isFirst, event: event, eviction: eviction)
    }

    /// Puts whoever registered the address by e-mail out of the account.
    private func evict(
        _ holder: UserProfile,
        _ origin: AuditOrigin,
        _ now: Instant,
        in transaction: PostgresTransaction
    ) async throws -> Eviction {
        let departure = Departure(user: holder.id, reason: .takeover, at: now)
        try await services.departures.departs(departure, in: transaction)
        let ended = try await services.sessions.revoke(.all, of: holder.id, reason: .takeover, now: now, in: transaction)
        let event = AuditEvent("auth.account_claimed", by: .user, user: holder.id, origin: origin)
        var statements = SignInStore.clear(holder.id, now: now) + [AuditLog.insert(event, at: now)]
        if let mailbox = holder.email, holder.isEmailVerified {
            // Of no user: the account is somebody else's from here on.
            statements.append(EmailOutbox.insert(.accountClaimed, to: mailbox, user: nil, at: now, requestID: origin.requestID))
        }
        try await transaction.pipeline(statements)
        return Eviction(sessions: ended, departure: departure)
    }

    private func announce(_ entry: Entry) async {
        if let eviction = entry.eviction {
            await services.sessions.announce(eviction.sessions)
            await services.apiKeys.revocations.announce(eviction.departure.user)
            await services.messages.publicPresenceChanged(of: eviction.departure.user)
            await services.departures.departed(eviction.departure)
        }
        if entry.session.ended.ids.isEmpty {
            services.principals.forget(entry.session.user)
        } else {
            await services.sessions.announce(entry.session.ended)
        }
    }

    /// Sixteen bytes that only this challenge gives.
    private static func rowID(of challenge: Challenge) -> UUID {
        .version4(Array(SHA256.hash(data: Data("tbg-sign-in \(challenge.nonce)".utf8)).prefix(16)))
    }
}
