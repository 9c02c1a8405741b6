import FeatureRig
import API
import Bitcoin
import Foundation
import GameRules
import HTTPTypes
import LocalServers
import Platform
import Postgres
import Redis
import TestServers
import Testing

@testable import Accounts

@Suite("Sign-in")
struct SignInTests {
    @Test("upper and lower case of one address are one account; the second sign-in is no new user")
    func oneAccount() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("case")
            let upper = wallet.address.uppercased()
            let challenge = try await rig.call(.post, "/api/v1/auth/challenge", ["btc_address": .string(upper)])
            let first = try await rig.call(
                .post,
                "/api/v1/auth/verify",
                [
                    "btc_address": .string(upper), "nonce": .string(try #require(challenge.string("nonce"))),
                    "signature": .string(try wallet.sign(try #require(challenge.string("message")))),
                ]
            )
            #expect(first.status == 200 && first.bool("is_new_user") == true)
            #expect(first.string("user.btc_address") == wallet.address)

            let (nonce, message) = try await rig.challenge(wallet)
            let second = try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message))
            #expect(second.bool("is_new_user") == false)
            #expect(second.integer("user.login_count") == 2)
            #expect(second.integer("user.id") == first.integer("user.id"))
            #expect(second.string("token_type") == "bearer" && second.integer("expires_in") == 3600)
            #expect(try await rig.number("select count(*) from notifications where subtype = 'welcome'") == 1)
            #expect(try await rig.number("select count(*) from audit_log where action = 'auth.login'") == 2)
        }
    }

    @Test("credentials sent along with a sign-in, a refresh or a logout do not matter, good or bad")
    func ignoredCredentials() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("ignored")
            let key = try #require(HTTPField.Name("X-API-Key"))
            for headers: HTTPFields in [[.authorization: "Bearer garbage"], [.authorization: "Basic x", key: "garbage"], [key: "garbage"]] {
                func post(_ path: String, _ body: JSONObject) async throws -> RigAnswer {
                    try await rig.call(.post, AccountsRig.auth + path, body, headers: headers)
                }
                let address = JSONValue.string(wallet.address)
                let challenge = try await post("/challenge", ["btc_address": address])
                try #require(challenge.status == 200, "\(challenge.text)")
                let signature = try wallet.sign(try #require(challenge.string("message")))
                let proof: JSONObject = [
                    "btc_address": address, "nonce": challenge["nonce"] ?? .null, "signature": .string(signature),
                ]
                let session = try RigSession(try await post("/verify", proof))
                #expect(try await post("/refresh", ["refresh_token": .string(session.refreshToken)]).status == 200)
                #expect(try await post("/logout", ["refresh_token": .string(session.refreshToken)]).status == 200)
            }
        }
    }

    @Test("regtest taproot, with its 64 characters, signs in")
    func longestAddress() async throws {
        try await AccountsRig.run(["BTC_NETWORK": "regtest"]) { rig in
            let wallet = try Wallet("long", .p2tr, network: .regtest)
            #expect(wallet.address.utf8.count == 64)
            _ = try await rig.signIn(wallet)
        }
    }

    @Test("two first sign-ins of one address at once make one account with two sessions")
    func simultaneousFirst() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("twins")
            let challenges = [try await rig.challenge(wallet), try await rig.challenge(wallet)]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for (nonce, message) in challenges {
                    group.addTask { try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message)).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [200, 200])
            #expect(try await rig.number("select count(*) from users") == 1)
            #expect(try await rig.number("select count(distinct family_id) from refresh_tokens") == 2)
            #expect(try await rig.number("select login_count from users") == 2)
        }
    }

    @Test("an account the mining pipeline made belongs to whoever signs first")
    func unclaimed() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("miner")
            let now = rig.clock.now
            try await rig.runtime.database.execute(
                "insert into users (btc_address, created_at, updated_at) values (\(wallet.address), \(now), \(now))"
            )
            let session = try await rig.signIn(wallet)
            #expect(try await rig.number("select count(*) from users") == 1)
            let profile = try #require(try await rig.services.profiles.profile(of: session.user))
            #expect(profile.isVerified && profile.authMethod == "wallet" && profile.loginCount == 1)
        }
    }

    @Test("a banned account gets challenges but no session, and the signature is used up")
    func banned() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("banned")
            let session = try await rig.signIn(wallet)
            #expect(try await rig.services.administration.ban(session.user, at: rig.clock.now))
            #expect(try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken).code == "account_banned")
            #expect(
                try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(session.refreshToken)]).code == "account_banned"
            )
            let (nonce, message) = try await rig.challenge(wallet)
            let signature = try wallet.sign(message)
            let refused = try await rig.verify(wallet, nonce: nonce, signature: signature)
            #expect(refused.status == 403 && refused.code == "account_banned")
            #expect(try await rig.services.administration.unban(session.user, at: rig.clock.now))
            #expect(try await rig.verify(wallet, nonce: nonce, signature: signature).code == "challenge_invalid")
            _ = try await rig.signIn(wallet)
        }
    }

    @Test("sessions, tokens and their secrets are nowhere in the database in clear")
    func noSecretsAtRest() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("secrets")
            let (nonce, message) = try await rig.challenge(wallet)
            let signature = try wallet.sign(message)
            let session = try RigSession(try await rig.verify(wallet, nonce: nonce, signature: signature))
            let refreshed = try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(session.refreshToken)])
            let newest = try RigSession(refreshed)
            let secrets = [
                session.accessToken, session.refreshToken, newest.accessToken, newest.refreshToken, nonce, signature, message,
                String(session.refreshToken.dropFirst(7)),
            ]
            let tables = try await rig.runtime.database.query(
                "select format('%I', tablename) from pg_tables where schemaname = 'public'"
            ).decode(String.self)
            for table in tables {
                for secret in secrets {
                    let sql: SQL = "select count(*) from \(identifier: table) t where position(\(secret) in t::text) > 0"
                    #expect(try await rig.number(sql) == 0, "\(table)")
                }
            }
        }
    }

    @Test("a challenge survives a database that is down at the moment of its use")
    func databaseDown() async throws {
        try await TestServers.withPrivateCluster { cluster in
            try await cluster.createDatabase("accounts")
            let url = try await cluster.url(database: "accounts")
            try await TestRuntime.migrate(url)
            try await withRedis { redis in
                try await AccountsRig.run(databaseURL: url, redisURL: redis.url) { rig in
                    let wallet = try Wallet("outage")
                    let (nonce, message) = try await rig.challenge(wallet)
                    let signature = try wallet.sign(message)
                    await cluster.stop()
                    let refused = try await rig.verify(wallet, nonce: nonce, signature: signature)
                    #expect(refused.status == 503 && refused.code == "busy", "\(refused.text)")
                    try await cluster.start()
                    var answer = refused
                    for _ in 0..<200 where answer.status == 503 {
                        answer = try await rig.verify(wallet, nonce: nonce, signature: signature)
                        if answer.status == 503 { try await Task.sleep(for: .milliseconds(50)) }
                    }
                    #expect(answer.status == 200, "\(answer.text)")
                }
            }
        }
    }

    @Test("without Redis nobody gets a challenge, and a challenge that was lost with it is invalid")
    func redisDown() async throws {
        try await withDatabase(template: TestRuntime.migrated) { database in
            try await TestServers.withPrivateRedis { redis in
                try await AccountsRig.run(databaseURL: database.url, redisURL: try await redis.url()) { rig in
                    let wallet = try Wallet("redis")
                    let session = try await rig.signIn(wallet)
                    let (nonce, message) = try await rig.challenge(wallet)
                    try await rig.runtime.redis.send(.init("FLUSHALL"))
                    #expect(try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message)).code == "challenge_invalid")

                    await redis.stop()
                    let address: JSONObject = ["btc_address": .string(wallet.address)]
                    for answer in [
                        try await rig.call(.post, "/api/v1/auth/challenge", address),
                        try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message)),
                        try await rig.call(.post, "/api/v1/auth/link-wallet/challenge", address, token: session.accessToken),
                    ] { #expect(answer.status == 503 && answer.code == "busy", "\(answer.text)") }
                    #expect(try await rig.call(.get, "/api/v1/auth/me", token: session.accessToken).status == 200)
                    let refreshed = try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(session.refreshToken)])
                    #expect(refreshed.status == 200)
                }
            }
        }
    }
}
