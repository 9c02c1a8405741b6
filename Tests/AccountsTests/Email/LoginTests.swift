import FeatureRig
import Redis
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Signing in by e-mail")
struct LoginTests {
    @Test("the right password signs in, in any case of the e-mail and in either spelling of the same characters")
    func signIn() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.register(password: "Gr4vel-L\u{00E4}ntern").status == 200)
            let answer = try await rig.logIn("MINER@Example.com", "Gr4vel-La\u{0308}ntern")
            #expect(answer.status == 200 && answer.integer("user.login_count") == 2)
            #expect(answer.string("user.last_login") == rig.clock.now.rfc3339)
            let session = try RigSession(answer)
            #expect(try await rig.call(.get, AccountsRig.auth + "/me", token: session.accessToken).string("auth_method") == "email")
            #expect(
                try await rig.number("select count(*) from audit_log where action = 'auth.login' and details ->> 'method' = 'email'") == 1
            )
            #expect(try await rig.post("/refresh", ["refresh_token": .string(session.refreshToken)]).status == 200)
        }
    }

    @Test("an unknown e-mail, a wrong password and an account without password are answered byte for byte alike")
    func uniform() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.register().status == 200)
            let wrong = try await rig.logIn("miner@example.com", "Wr0ng-password")
            let unknown = try await rig.logIn("nobody@example.com", "Wr0ng-password")
            #expect(wrong.status == 401 && wrong.code == "credentials_invalid")
            #expect(unknown.status == 401 && unknown.text == wrong.text)
            #expect(unknown.headers.map(\.name) == wrong.headers.map(\.name))
            #expect(
                try await rig.number("select count(*) from audit_log where action = 'auth.failed_login' and status = 'denied'") == 2
            )
        }
    }

    @Test("a banned account is told so only with the right password")
    func banned() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.register().status == 200)
            try await rig.runtime.database.execute("update users set is_banned = true")
            #expect(try await rig.logIn("miner@example.com").code == "account_banned")
            #expect(try await rig.logIn("miner@example.com", "Wr0ng-password").status == 401)
        }
    }

    @Test(
        "ten failures lock the network out until 15 minutes after the first, for known and unknown e-mails alike",
        arguments: [true, false]
    )
    func lockout(isKnown: Bool) async throws {
        try await AccountsRig.run(["RATE_LIMIT_SCALE": "1"]) { rig async throws in
            if isKnown { #expect(try await rig.register().status == 200) }
            for _ in 0..<10 {
                #expect(try await rig.logIn("miner@example.com", "Wr0ng-password").status == 401)
                rig.clock.advance(milliseconds: 16_000)
            }
            let locked = try await rig.logIn("miner@example.com")
            #expect(locked.status == 429 && locked.code == "account_locked" && locked.headers[.retryAfter] == "740")
            let elsewhere = try await rig.logIn("miner@example.com", from: "198.51.100.4")
            #expect(elsewhere.status == (isKnown ? 200 : 401))
            rig.clock.advance(milliseconds: 739_999)
            #expect(try await rig.logIn("miner@example.com").status == 429)
            rig.clock.advance(milliseconds: 1001)
            #expect(try await rig.logIn("miner@example.com").status == (isKnown ? 200 : 401))
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.locked'") == 2)
        }
    }

    @Test("one network's lockout locks no other out, until a hundred failures from everywhere")
    func globalBound() async throws {
        try await AccountsRig.run { rig async throws in
            let lockout = rig.services.lockout
            let start = rig.clock.now
            for network in 0..<10 {
                for _ in 0..<10 {
                    #expect(await lockout.refusal(email: "h", network: "192.0.2.\(network)", at: start) == nil)
                    await lockout.noteFailure(email: "h", network: "192.0.2.\(network)", at: start)
                }
            }
            #expect(await lockout.refusal(email: "h", network: "198.51.100.1", at: start) == 3600)
            #expect(await lockout.refusal(email: "other", network: "192.0.2.1", at: start) == nil)
            #expect(await lockout.refusal(email: "h", network: "198.51.100.1", at: start.adding(seconds: 3600)) == nil)
        }
    }

    @Test("a success forgets the failures")
    func cleared() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.register().status == 200)
            for round in 0..<3 {
                for _ in 0..<9 { #expect(try await rig.logIn("miner@example.com", "Wr0ng-password").status == 401) }
                #expect(try await rig.logIn("miner@example.com").status == 200, "round \(round)")
            }
        }
    }

    @Test("a hash of old parameters is made anew at a login")
    func renewal() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.register().status == 200)
            let old = try Argon2id(memoryKiB: 64, passes: 1, lanes: 1).hash(
                AccountsRig.password.utf8,
                salt: [UInt8](repeating: 1, count: 16)
            )
            try await rig.runtime.database.execute("update users set password_hash = \(old)")
            #expect(try await rig.logIn("miner@example.com").status == 200)
            #expect(try await rig.text("select password_hash from users")?.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$") == true)
            #expect(try await rig.logIn("miner@example.com").status == 200)
        }
    }

    @Test("a request without password, or with one of 129 characters, is no attempt")
    func shape() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.post("/login", ["email": "a@example.com"]).faults == ["password:required"])
            #expect(try await rig.logIn("a@example.com", String(repeating: "a", count: 129)).faults == ["password:too_long"])
            #expect(try await rig.logIn("a@example.com", "").faults == ["password:too_short"])
            #expect(try await rig.number("select count(*) from audit_log") == 0)
        }
    }

    @Test("without Redis logins work, counted by the node itself")
    func withoutRedis() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.register().status == 200)
            await rig.runtime.redis.close()
            for _ in 0..<10 { #expect(try await rig.logIn("miner@example.com", "Wr0ng-password").status == 401) }
            let locked = try await rig.logIn("miner@example.com")
            #expect(locked.status == 429 && locked.code == "account_locked")
            #expect(try await rig.logIn("miner@example.com", from: "198.51.100.4").status == 200)
        }
    }

    @Test("a password changed while the old one was compared opens nothing")
    func changedMeanwhile() async throws {
        try await AccountsRig.run { rig async throws in
            #expect(try await rig.register().status == 200)
            // Held until the login, having compared, wants the account's lock.
            let answer = try await rig.runtime.database.transaction { transaction in
                let hash = try Argon2id(memoryKiB: 64, passes: 1, lanes: 1).hash(
                    "Another-passw0rd".utf8,
                    salt: [UInt8](repeating: 2, count: 16)
                )
                try await transaction.execute("update users set password_hash = \(hash)")
                let login = Task { try await rig.logIn("miner@example.com") }
                #expect(
                    try await eventually {
                        try await rig.number(
                            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
                        ) > 0
                    }
                )
                return login
            }
            #expect(try await answer.value.code == "credentials_invalid")
        }
    }
}
