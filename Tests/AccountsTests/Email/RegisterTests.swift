import FeatureRig
import API
import GameRules
import HTTPTypes
import Platform
import Postgres
import Testing

@testable import Accounts

@Suite("Registering by e-mail")
struct RegisterTests {
    @Test("an account with session and welcome mail comes of it, usable at once")
    func registered() async throws {
        try await AccountsRig.run { rig async throws in
            let answer = try await rig.register(" Miner@Example.COM ", ["display_name": "  Satoshi   Hunter ", "country_code": "pt"])
            #expect(answer.status == 200 && answer.headers[.cacheControl] == "no-store")
            #expect(answer.string("user.email") == "miner@example.com" && answer.bool("user.email_verified") == false)
            #expect(answer.string("user.auth_method") == "email" && answer.bool("user.is_verified") == false)
            #expect(answer.string("user.display_name") == "Satoshi Hunter" && answer.string("user.country_code") == "PT")
            #expect(answer.bool("user.has_password") == true)
            let session = try RigSession(answer)
            let me = try await rig.call(.get, AccountsRig.auth + "/me", token: session.accessToken)
            #expect(me.status == 200 && me.string("auth_method") == "email")
            #expect(try await rig.text("select kind || ' ' || recipient from email_outbox") == "welcome miner@example.com")
            #expect(try await rig.number("select count(*) from notifications where subtype = 'welcome'") == 1)
            #expect(try await rig.number("select count(*) from audit_log where action = 'user.registered'") == 1)
            #expect(try await rig.text("select password_hash from users")?.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$") == true)
        }
    }

    @Test("what is taken is told in the order e-mail, address, name")
    func conflicts() async throws {
        try await AccountsRig.run { rig async throws in
            let name: JSONObject = ["display_name": "Hunter"]
            let address = try Wallet("taken").address
            #expect(try await rig.register("miner@example.com", address: address, name).status == 200)
            let again = try await rig.register("MINER@example.com", address: address, name)
            #expect(again.status == 409 && again.code == "email_taken")
            let held = try await rig.register("other@example.com", address: address.uppercased(), name)
            #expect(held.status == 409 && held.code == "wallet_address_in_use")
            let named = try await rig.register("other@example.com", ["display_name": "HUNTER"])
            #expect(named.status == 409 && named.code == "display_name_taken")
            #expect(try await rig.number("select count(*) from users") == 1)
            #expect(try await rig.number("select count(*) from email_outbox") == 1, "nothing is sent for a refused registration")
        }
    }

    @Test("an address that somebody proved or mined to is not to be had, claimed or not")
    func heldAddress() async throws {
        try await AccountsRig.run { rig async throws in
            let wallet = try Wallet("proven")
            _ = try await rig.signIn(wallet)
            #expect(try await rig.register(address: wallet.address).code == "wallet_address_in_use")
            let unclaimed = try Wallet("unclaimed")
            try await rig.runtime.database.execute("insert into users (btc_address) values (\(unclaimed.address))")
            #expect(try await rig.register(address: unclaimed.address).code == "wallet_address_in_use")
        }
    }

    @Test("what is wrong with the body is told field by field")
    func refusals() async throws {
        try await AccountsRig.run { rig async throws in
            let missing = try await rig.post("/register", ["email": "a@example.com", "password": .string(AccountsRig.password)])
            #expect(missing.status == 422 && missing.faults == ["btc_address:required"])
            let weak = try await rig.register(password: "weak")
            #expect(weak.status == 422 && weak.code == "password_too_weak")
            #expect(weak.faults == ["password:too_short", "password:no_upper", "password:no_digit"])
            let malformed = try await rig.register("not an address")
            #expect(malformed.status == 422 && malformed.faults == ["email:format"])
            let injected = try await rig.register("a@example.com\r\nBcc: b@example.com")
            #expect(injected.status == 422 && injected.faults == ["email:invalid_characters"])
            let foreign = try await rig.register(address: "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")
            #expect(foreign.status == 422 && foreign.code == "address_network_mismatch")
            let other = try await rig.register("x@example.com", address: "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs")
            #expect(other.status == 422 && other.code == "address_type_unsupported")
            let country = try await rig.register("miner@example.com", ["country_code": "XX"])
            #expect(country.status == 422 && country.faults == ["country_code:not_allowed"])
            #expect(try await rig.number("select count(*) from users") == 0)
        }
    }

    @Test("a script address may be registered, for it can receive")
    func scriptAddress() async throws {
        try await AccountsRig.run { rig async throws in
            let p2wsh = "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"
            #expect(try await rig.register(address: p2wsh).string("user.btc_address") == p2wsh)
        }
    }

    @Test("two registrations of one e-mail at the same time make one account")
    func race() async throws {
        try await AccountsRig.run { rig async throws in
            async let first = rig.register("miner@example.com", address: try Wallet("race one").address)
            async let second = rig.register("miner@example.com", address: try Wallet("race two").address)
            let statuses = try await [first.status, second.status].sorted()
            #expect(statuses == [200, 409])
            #expect(try await rig.number("select count(*) from users") == 1)
            #expect(try await rig.number("select count(*) from email_outbox") == 1)
        }
    }

    @Test("whoever proves a registered address takes the account over: the old login ends, the old token dies")
    func squatting() async throws {
        try await AccountsRig.runWithMail { rig, server async throws in
            let wallet = try Wallet("squatted")
            let squatter = try RigSession(
                try await rig.register("squatter@example.com", address: wallet.address, ["display_name": "Squatter"])
            )
            try await rig.runtime.database.execute("update users set email_verified = true")
            let (nonce, message) = try await rig.challenge(wallet)
            let claimed = try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message))
            #expect(claimed.status == 409 && claimed.code == "address_claimed_by_email")
            let (second, words) = try await rig.challenge(wallet)
            let taken = try await rig.verify(wallet, nonce: second, signature: try wallet.sign(words), ["takeover": true])
            #expect(taken.status == 200 && taken["user.email"]?.isNull == true && taken["user.display_name"]?.isNull == true)
            #expect(try await rig.logIn("squatter@example.com").status == 401)
            #expect(try await rig.call(.get, AccountsRig.me, token: squatter.accessToken).status == 401)
            try await rig.sendMails()
            #expect(server.mails.map { ReceivedMail($0.content).subject } == ["Your e-mail was removed from an account"])
        }
    }
}
