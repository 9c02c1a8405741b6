import API
import Bitcoin
import GameRules
import Platform
import Postgres

/// Gives an account with a password its wallet: proof of its own address, or a move to another one with proof (spec 02 §6).
struct LinkService: Sendable {
    let services: AccountsServices
    let wallets: WalletService

    func challenge(_ input: LinkChallengeInput, for principal: Principal, at now: Instant) async throws -> ChallengeAnswer {
        let address = try BitcoinAddress(submitted: input.address, network: services.network)
        let purpose: ChallengePurpose =
            switch input.purpose {
            case .link: .link(principal.user)
            case .payout: .payout(principal.user)
            }
        let challenge = try await services.challenges.issue(purpose: purpose, address: address, now: now)
        return ChallengeAnswer(challenge: challenge, lifetimeSeconds: services.challenges.lifetimeSeconds)
    }

    /// - Throws: in this order 422 with the address's code; 409 `wallet_link_not_applicable`, `wallet_address_in_use`; 400
    ///   `challenge_invalid`, 401 `signature_invalid`; 429 `wallet_change_limit`.
    func link(_ input: LinkInput, by principal: Principal, origin: AuditOrigin, at now: Instant) async throws -> LinkAnswer {
        let address = try BitcoinAddress(submitted: input.address, network: services.network)
        let user = principal.user
        guard let account = try await services.profiles.account(user) else { throw APIError.sessionRevoked }
        guard account.profile.hasPassword else { throw APIError.linkNotApplicable }
        let proof = try await services.challenges.verify(
            purpose: .link(user),
            address: address,
            nonce: input.nonce,
            signature: input.signature,
            now: now,
            origin: origin
        )
        let linked = AuditEvent("auth.wallet_linked", by: .user, user: user, origin: origin)
        let move: WalletService.Move?
        do {
            move = try await services.database.retryingTransaction { transaction in
                // Owners before rows, as everywhere an address may change hands.
                let rows = try await transaction.pipeline([AddressOwnership.lockExclusively, AccountStore.lock(user)])
                let current = try AccountStore.locked(rows[1])
                guard current.hasPassword else { throw APIError.linkNotApplicable }
                try await transaction.pipeline([SignInStore.link(user, now: now), AuditLog.insert(linked, at: now)])
                guard current.address != address.canonical else {
                    try await services.challenges.spend(proof)
                    return nil
                }
                return try await wallets.move(user, to: address, proof, by: principal, origin, in: transaction)
            }
        } catch let error as PostgresError where error.constraint == "users_address_key" {
            throw APIError.walletInUse
        }
        services.audit.count(linked)
        if let move {
            await wallets.announce(move)
        } else {
            services.principals.forget(user)
            await services.messages.publicPresenceChanged(of: user)
        }
        return LinkAnswer(address: address.canonical)
    }
}

extension APIError {
    static let linkNotApplicable = APIError.conflict(
        "wallet_link_not_applicable",
        "Your account signs in with its wallet alone. Change its address in the settings instead."
    )
}
