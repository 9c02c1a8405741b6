import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

/// A user with a session, made without any sign-in.
struct RigAccount: Sendable {
    let user: UserID
    let address: String
    let session: SessionID
    let token: String
}

extension AccountsRig {
    /// Makes a user and signs them in.
    /// - Parameters:
    ///   - isVerified: whether the address counts as proven.
    ///   - email: makes an account with a password (which nobody knows).
    func account(
        _ address: String,
        isVerified: Bool = true,
        email: String? = nil,
        isEmailVerified: Bool = false
    ) async throws -> RigAccount {
        let now = clock.now
        let method = email == nil ? "wallet" : "email"
        let rows = try await runtime.database.query(
            """
            insert into users (btc_address, is_verified, auth_method, email, email_verified, password_hash, created_at, updated_at)
            values (\(address), \(isVerified), \(method), \(email), \(isEmailVerified), \(email == nil ? nil : "unusable"), \(now), \(now))
            returning id
            """,
            access: .write
        )
        return try await session(of: try #require(try rows.value(UserID.self)))
    }

    /// Signs a user in once more.
    func session(of user: UserID) async throws -> RigAccount {
        let now = clock.now
        let opened = try await runtime.database.transaction { transaction in
            try await services.sessions.open(for: user, method: .wallet, origin: .none, now: now, in: transaction)
        }
        let account = try #require(try await services.profiles.account(user))
        let answer = try await services.tokens.answer(opened, account: account, at: now)
        return RigAccount(user: user, address: account.profile.address, session: opened.id, token: answer.accessToken)
    }

    func account(_ wallet: Wallet, isVerified: Bool = true, email: String? = nil) async throws -> RigAccount {
        try await account(wallet.address, isVerified: isVerified, email: email)
    }

    /// A request with an API key.
    func call(_ method: HTTPRequest.Method, _ path: String, _ body: JSONObject? = nil, key: String, from address: String = caller)
        async throws -> RigAnswer
    {
        try await call(method, path, body, headers: [try #require(HTTPField.Name("X-API-Key")): key], from: address)
    }

    /// A user's own routes.
    static let me = "/api/v1/users/me"
}

extension RigAnswer {
    /// The faults of a 422 as `field:code`.
    var faults: [String] {
        (self["errors"]?.arrayValue ?? []).map { "\($0["field"]?.stringValue ?? ""):\($0["code"]?.stringValue ?? "")" }
    }
}

/// Waits for what another connection or task brings about; gives up after ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<1000 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}
