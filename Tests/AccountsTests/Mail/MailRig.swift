import FeatureRig
import HTTPTypes
import API
import GameRules
import Platform
import Postgres
import Testing

@testable import Accounts

extension AccountsRig {
    /// A rig whose mails go to a mail server by SMTP.
    static func runWithMail(
        _ variables: [String: String] = [:],
        server options: TestMailServer.Options = TestMailServer.Options(),
        logs: LogQueue = LogQueue(),
        _ body: @Sendable @escaping (AccountsRig, TestMailServer) async throws -> Void
    ) async throws {
        try await TestMailServer.run(options) { server async throws in
            var all = [
                "EMAIL_PROVIDER": "smtp", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": String(server.port), "SMTP_USE_TLS": "false",
                "EMAIL_FROM_ADDRESS": "noreply@game.example", "SUPPORT_EMAIL": "help@game.example",
                "FRONTEND_BASE_URL": "https://game.example",
            ]
            all.merge(variables) { $1 }
            try await run(all, logs: logs) { rig in try await body(rig, server) }
        }
    }

    static let auth = "/api/v1/auth"
    static let password = "Gr4vel-Lantern"

    /// Sends all that is due.
    func sendMails() async throws {
        let sender = try MailSender(runtime: runtime)
        while try await sender.sendBatch() == MailSender.batchSize {}
    }

    /// Registers an account by e-mail.
    func register(
        _ email: String = "miner@example.com",
        password: String = AccountsRig.password,
        address: String? = nil,
        _ more: JSONObject = [:],
        from network: String = AccountsRig.caller
    ) async throws -> RigAnswer {
        var body: JSONObject = [
            "email": .string(email), "password": .string(password), "btc_address": .string(try address ?? Wallet(email).address),
        ]
        for (name, value) in more { body[name] = value }
        return try await call(.post, Self.auth + "/register", body, from: network)
    }

    func logIn(_ email: String, _ password: String = AccountsRig.password, from network: String = AccountsRig.caller) async throws
        -> RigAnswer
    {
        try await call(.post, Self.auth + "/login", ["email": .string(email), "password": .string(password)], from: network)
    }

    func post(_ path: String, _ body: JSONObject? = nil, token: String? = nil) async throws -> RigAnswer {
        try await call(.post, Self.auth + path, body, token: token)
    }

    /// Queues a mail without a route.
    func queue(_ mail: OutgoingMail, to recipient: String, user: UserID?) async throws {
        try await runtime.database.execute(
            EmailOutbox.insert(mail, to: recipient, user: user, at: clock.now, requestID: "rig-request")
        )
    }

    /// One text from the database.
    func text(_ sql: SQL) async throws -> String? { try await runtime.database.query(sql).value(String.self) }
}
