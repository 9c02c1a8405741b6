package import API
import GameRules
import HTTPTypes
package import Platform

/// Profile, settings, wallet, API keys, public profile, export and deletion (spec 02 §6, §8).
package enum UsersRoutes {
    static let tag = "Users"
    private static let reading = AuthRule.bearerOrKey(scope: KeyScope.read.rawValue)
    private static let writing = AuthRule.bearerOrKey(scope: KeyScope.write.rawValue)

    static let profile = Endpoint<NoInput, UserProfile>(
        .get,
        "/api/v1/users/me",
        id: "getProfile",
        tag: tag,
        summary: "The caller's profile",
        auth: reading,
        rate: .standard
    )

    static let changeProfile = Endpoint<ProfilePatch, UserProfile>(
        .patch,
        "/api/v1/users/me",
        id: "changeProfile",
        tag: tag,
        summary: "Change some fields of the profile",
        auth: writing,
        rate: .standard,
        errors: [.conflict("display_name_taken"), .tooManyRequests("name_change_limit")]
    )

    static let settings = Endpoint<NoInput, UserSettings>(
        .get,
        "/api/v1/users/me/settings",
        id: "getSettings",
        tag: tag,
        summary: "The caller's settings, every key",
        auth: reading,
        rate: .standard
    )

    static let changeSettings = Endpoint<SettingsPatch, UserSettings>(
        .patch,
        "/api/v1/users/me/settings",
        id: "changeSettings",
        tag: tag,
        summary: "Change some settings, key by key",
        details: "Keys that are not named stay as they are; null resets a key. One wrong value, and nothing is stored.",
        auth: writing,
        rate: .standard,
        errors: [.forbidden("address_not_verified")]
    )

    static let changeWallet = Endpoint<WalletChange, WalletAnswer>(
        .patch,
        "/api/v1/users/me/wallet",
        id: "changeWallet",
        tag: tag,
        summary: "Move the account to another Bitcoin address",
        details: """
            Without a password the new address must be proven: sign the message of POST /auth/link-wallet/challenge with purpose \
            `payout`. With one the proof is optional, and without it public profile and coinbase text are reset.
            """,
        auth: .bearer,
        rate: .strict,
        errors: DocumentedError.addresses + [
            .badRequest("challenge_invalid"), .unauthorized("signature_invalid"), .forbidden("wallet_proof_required"),
            .conflict("wallet_unchanged"), .conflict("wallet_address_in_use"), .tooManyRequests("wallet_change_limit"),
        ]
    )

    static let createAPIKey = Endpoint<NewAPIKey, CreatedAPIKey>(
        .post,
        "/api/v1/users/me/api-keys",
        id: "createAPIKey",
        tag: tag,
        summary: "Make an API key; its text is shown this once",
        auth: .bearer,
        rate: .strict,
        errors: [.conflict("api_key_limit")]
    )

    static let listAPIKeys = Endpoint<NoInput, [APIKeyItem]>(
        .get,
        "/api/v1/users/me/api-keys",
        id: "listAPIKeys",
        tag: tag,
        summary: "The caller's API keys, newest first",
        auth: .bearer,
        rate: .standard
    )

    static let revokeAPIKey = Endpoint<APIKeyPath, StatusAnswer>(
        .delete,
        "/api/v1/users/me/api-keys/{id}",
        id: "revokeAPIKey",
        tag: tag,
        summary: "End an API key at once",
        auth: .bearer,
        rate: .strict,
        errors: [.notFound("api_key_not_found")]
    )

    static let publicProfile = Endpoint<PublicProfilePath, PublicProfile>(
        .get,
        "/api/v1/users/{btc_address}",
        id: "getPublicProfile",
        tag: tag,
        summary: "A user's public profile",
        details: "Private, unknown and banned users get the same answer.",
        auth: .none,
        rate: .relaxed,
        errors: [.notFound("user_not_found")],
        cache: .public(maxAgeSeconds: 60)
    )

    static let export = Endpoint<NoInput, Reply<DataExport>>(
        .get,
        "/api/v1/users/me/export",
        id: "exportData",
        tag: tag,
        summary: "Everything the service keeps of the caller; three times a day",
        auth: .bearer,
        rate: .strict
    )

    static let deleteAccount = Endpoint<AccountDeletion, StatusAnswer>(
        .delete,
        "/api/v1/users/me",
        id: "deleteAccount",
        tag: tag,
        summary: "Delete the account and all that belongs to it",
        details: "Needs a session that began by sign-in within the last ten minutes. The address becomes free.",
        auth: .bearer,
        rate: .strict,
        errors: [.forbidden("fresh_login_required")]
    )

    package static func add(to table: inout RouteTable<AppContext>, services: UsersServices) {
        table.add(profile) { _, context in
            try await services.profile(of: context.requirePrincipal())
        }
        table.add(changeProfile) { patch, context in
            let principal = try context.requirePrincipal()
            try await services.changes.change(patch, by: principal, origin: context.origin, at: context.now)
            return try await services.profile(of: principal)
        }
        table.add(settings) { _, context in
            try await services.settings.settings(of: context.requirePrincipal().user)
        }
        table.add(changeSettings) { patch, context in
            try await services.settings.change(patch, by: context.requirePrincipal(), origin: context.origin, at: context.now)
        }
        table.add(changeWallet) { wish, context in
            try await services.wallets.change(wish, by: context.requirePrincipal(), origin: context.origin, at: context.now)
        }
        table.add(createAPIKey) { wish, context in
            try await services.apiKeys.create(wish, by: context.requirePrincipal(), origin: context.origin, at: context.now)
        }
        table.add(listAPIKeys) { _, context in
            try await services.apiKeys.list(of: context.requirePrincipal().user)
        }
        table.add(revokeAPIKey) { path, context in
            try await services.apiKeys.revoke(path.id, by: context.requirePrincipal(), origin: context.origin, at: context.now)
            return StatusAnswer("api_key_revoked")
        }
        table.add(publicProfile) { path, _ in
            guard let user = try await services.publicGate.admit(path.address) else { throw APIError.userNotFound }
            return PublicProfile(user: user)
        }
        table.add(export) { _, context in
            let export = try await services.exports.export(for: context.requirePrincipal(), origin: context.origin, at: context.now)
            return Reply(export, headers: [.contentDisposition: "attachment; filename=\"thebitcoingame-export.json\""])
        }
        table.add(deleteAccount) { wish, context in
            try await services.deletions.delete(
                context.requirePrincipal(),
                confirmation: wish.confirmation,
                network: services.network,
                origin: context.origin,
                at: context.now
            )
            return StatusAnswer("deleted")
        }
    }
}
