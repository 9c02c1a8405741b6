import FeatureRig
import HTTPTypes
import API
import Foundation
import GameRules
import LocalServers
import Platform
import Postgres
import Redis
import Synchronization
import Testing

@testable import Accounts

@Suite("Nothing secret is left lying about")
struct SecrecyTests {
    private static let new = "N3w-lantern-gravel"

    /// Every way an e-mail account is used, good and bad. Answers every secret there was.
    private static func useEverything(_ rig: AccountsRig, _ server: TestMailServer) async throws -> [String] {
        var secrets = [AccountsRig.password, "Wr0ng-password", new, "hunter2hunter2"]
        func note(_ answer: RigAnswer) throws -> RigSession {
            let session = try RigSession(answer)
            secrets += [session.accessToken, session.refreshToken]
            return session
        }
        let session = try note(try await rig.register("secret.miner@example.com"))
        _ = try await rig.register("second@example.com", password: "hunter2hunter2")
        _ = try note(try await rig.logIn("secret.miner@example.com"))
        _ = try await rig.logIn("secret.miner@example.com", "Wr0ng-password")
        _ = try await rig.logIn("unknown.person@example.com", "Wr0ng-password")
        _ = try await rig.post("/resend-verification", token: session.accessToken)
        _ = try await rig.post("/forgot-password", ["email": "secret.miner@example.com"])
        _ = try await rig.post("/forgot-password", ["email": "unknown.person@example.com"])
        let key = try await rig.call(.post, AccountsRig.me + "/api-keys", ["name": "rig"], token: session.accessToken)
        secrets.append(try #require(key.string("key")))
        try await rig.sendMails()
        let tokens = server.mails.compactMap { ReceivedMail($0.content).token }
        #expect(tokens.count == 3)
        secrets += tokens
        for token in tokens { _ = try await rig.post("/verify-email", ["token": .string(token)]) }
        let change: JSONObject = ["current_password": "Wr0ng-password", "new_password": .string(new)]
        _ = try await rig.post("/change-password", change, token: session.accessToken)
        let reset = try #require(server.mails.map { ReceivedMail($0.content) }.first { $0.subject == "Set a new password" }?.token)
        #expect(try await rig.post("/reset-password", ["token": .string(reset), "new_password": "weak"]).status == 422)
        #expect(try await rig.post("/reset-password", ["token": .string(reset), "new_password": .string(new)]).status == 200)
        _ = try note(try await rig.logIn("secret.miner@example.com", new))
        try await rig.sendMails()
        return secrets
    }

    @Test("a dump of the database and everything in Redis hold no password and no token in clear")
    func stores() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let secrets = try await Self.useEverything(rig, server)
            let tables = try await rig.runtime.database.query(
                "select tablename::text from pg_tables where schemaname = 'public' order by 1"
            ).decode((String).self)
            #expect(tables.contains("email_outbox") && tables.contains("audit_log"))
            var dump = ""
            for table in tables {
                dump += try await rig.runtime.database.query("select t::text from \(identifier: table) t").decode((String).self).joined(
                    separator: "\n"
                )
            }
            #expect(dump.contains("secret.miner@example.com"), "the dump is one")
            for secret in secrets { #expect(!dump.contains(secret)) }
            var redis = ""
            for key in try await rig.runtime.redis.send(RedisCommand("KEYS", "*")).array ?? [] {
                let name = key.string ?? ""
                redis += name + "\n"
                if let fields = try? await rig.runtime.redis.send(RedisCommand("HGETALL", name)) { redis += "\(fields)" }
                if let value = try? await rig.runtime.redis.send(RedisCommand("GET", name)).string { redis += value + "\n" }
            }
            #expect(redis.contains("auth:mail:"))
            for secret in secrets + ["@example.com"] { #expect(!redis.contains(secret)) }
        }
    }

    @Test(
        "logs at debug level and the audit log name no secret and no e-mail; nor does the carrier that only logs",
        arguments: ["smtp", "log"]
    )
    func logs(provider: String) async throws {
        let lines = Mutex("")
        let queue = LogQueue { line in lines.withLock { $0 += String(decoding: line, as: UTF8.self) } }
        try await AccountsRig.runWithMail(["LOG_LEVEL": "debug"], logs: queue) { rig, server async throws in
            var secrets = try await Self.useEverything(rig, server)
            if provider == "log" {
                let subjects = rig.services.subjects
                let sender = MailSender(
                    runtime: rig.runtime,
                    from: Mailbox(name: "x", address: try #require(EmailAddress("noreply@game.example"))),
                    subjects: subjects,
                    transport: LogTransport(logger: rig.runtime.logger, subjects: subjects)
                )
                try await rig.runtime.database.execute("delete from email_verification_tokens")
                try await rig.queue(.passwordReset(address: AccountsRig.caller), to: "secret.miner@example.com", user: nil)
                _ = try await sender.sendBatch()
            }
            rig.runtime.logs.flush()
            let text = lines.withLock { $0 }
            #expect(text.contains("mail_sent") && text.contains("recipient_hash"))
            if provider == "log" { #expect(text.contains("mail_logged") && !text.contains("token=")) }
            secrets += ["@example.com", "secret.miner", "unknown.person", "$argon2id"]
            for secret in secrets { #expect(!text.contains(secret)) }
            let audit = try await rig.runtime.database.query("select a::text from audit_log a").decode((String).self).joined()
            #expect(audit.contains("auth.failed_login"))
            for secret in secrets { #expect(!audit.contains(secret)) }
        }
    }

    @Test("a refused password is echoed nowhere")
    func echo() async throws {
        try await AccountsRig.run { rig async throws in
            let answer = try await rig.register(password: "hunter2hunter2")
            #expect(answer.status == 422 && !answer.text.contains("hunter2"))
        }
    }
}
