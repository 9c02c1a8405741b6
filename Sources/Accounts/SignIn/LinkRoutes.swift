import API
import GameRules
import HTTPTypes
import Platform

/// Linking a wallet to an account that signs in by e-mail (spec 02 §6).
enum LinkRoutes {
    static let challenge = Endpoint<LinkChallengeInput, ChallengeAnswer>(
        .post,
        "/api/v1/auth/link-wallet/challenge",
        id: "linkWalletChallenge",
        tag: "Sign-in",
        summary: "A message that proves an address for the caller's account",
        auth: .bearer,
        rate: .strict,
        errors: DocumentedError.addresses + [.unavailable("busy")]
    )

    static let verify = Endpoint<LinkInput, LinkAnswer>(
        .post,
        "/api/v1/auth/link-wallet/verify",
        id: "linkWalletVerify",
        tag: "Sign-in",
        summary: "Link a wallet by the signature of such a message",
        details: "An address other than the account's becomes the account's.",
        auth: .bearer,
        rate: .strict,
        errors: DocumentedError.addresses + [
            .badRequest("challenge_invalid"), .unauthorized("signature_invalid"), .conflict("wallet_link_not_applicable"),
            .conflict("wallet_address_in_use"), .tooManyRequests("wallet_change_limit"), .unavailable("busy"),
        ]
    )

    static func add(to table: inout RouteTable<AppContext>, services: AccountsServices, users: UsersServices) {
        let linking = LinkService(services: services, wallets: users.wallets)
        let events = services.events

        table.add(challenge) { input, context in
            try await linking.challenge(input, for: try context.requirePrincipal(), at: context.now)
        }
        table.add(verify) { input, context in
            let caller = try context.requirePrincipal()
            return try await events.counting(.link) {
                try await linking.link(input, by: caller, origin: context.origin, at: context.now)
            }
        }
    }
}
