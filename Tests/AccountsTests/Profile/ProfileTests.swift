import FeatureRig
import API
import GameRules
import Platform
import Postgres
import HTTPTypes
import Testing

@testable import Accounts

@Suite("Profile over HTTP")
struct ProfileTests {
    @Test("the profile shows every documented member and nothing secret")
    func profile() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("profile"))
            let answer = try await rig.call(.get, AccountsRig.me, token: account.token)
            #expect(answer.status == 200)
            #expect(
                answer.json.objectValue?.map(\.name) == [
                    "id", "btc_address", "auth_method", "email", "email_verified", "display_name", "country_code", "avatar_url", "bio",
                    "is_verified", "created_at", "last_login", "login_count", "ui_mode", "has_password", "is_admin",
                ]
            )
            #expect(answer.integer("id") == account.user.rawValue && answer.string("btc_address") == account.address)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(try await rig.call(.get, AccountsRig.me).status == 401)
        }
    }

    @Test("a name is trimmed, collapsed and unique without regard to case; a case change of one's own is fine")
    func names() async throws {
        try await AccountsRig.run { rig in
            let first = try await rig.account(try Wallet("first"))
            let second = try await rig.account(try Wallet("second"))
            let named = try await rig.call(.patch, AccountsRig.me, ["display_name": "  Satoshi   Hunter "], token: first.token)
            #expect(named.status == 200 && named.string("display_name") == "Satoshi Hunter")
            let taken = try await rig.call(.patch, AccountsRig.me, ["display_name": "SATOSHI HUNTER"], token: second.token)
            #expect(taken.status == 409 && taken.code == "display_name_taken")
            let recased = try await rig.call(.patch, AccountsRig.me, ["display_name": "SATOSHI hunter"], token: first.token)
            #expect(recased.string("display_name") == "SATOSHI hunter")
            let cleared = try await rig.call(.patch, AccountsRig.me, ["display_name": nil], token: first.token)
            #expect(cleared["display_name"] == .null)
            #expect(try await rig.call(.patch, AccountsRig.me, ["display_name": "satoshi hunter"], token: second.token).status == 200)
        }
    }

    @Test(
        "names that are not permitted are refused with their reason",
        arguments: [
            ("Ａdmin", "not_allowed"), ("ADMIN", "not_allowed"), ("a\u{200D}bc", "invalid_characters"), ("ab", "too_short"),
            ("a   ", "too_short"),
            (String(repeating: "x", count: 65), "too_long"), (String(repeating: "🎉", count: 64), "invalid_characters"), ("---", "format"),
            ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "not_allowed"), ("Miner-5", "not_allowed"),
        ]
    )
    func refusedNames(name: String, code: String) async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("refused"))
            let answer = try await rig.call(.patch, AccountsRig.me, ["display_name": .string(name)], token: account.token)
            #expect(answer.status == 422 && answer.faults == ["display_name:\(code)"])
        }
    }

    @Test("countries are assigned codes, stored in upper case")
    func countries() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("country"))
            #expect(try await rig.call(.patch, AccountsRig.me, ["country_code": "pt"], token: account.token).string("country_code") == "PT")
            let unassigned = try await rig.call(.patch, AccountsRig.me, ["country_code": "XX"], token: account.token)
            #expect(unassigned.status == 422 && unassigned.faults == ["country_code:not_allowed"])
            #expect(
                try await rig.call(.patch, AccountsRig.me, ["country_code": "PRT"], token: account.token).faults == ["country_code:format"]
            )
            #expect(try await rig.call(.patch, AccountsRig.me, ["country_code": nil], token: account.token)["country_code"] == .null)
        }
    }

    @Test("a bio may have lines; null and the empty text clear it")
    func bio() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("bio"))
            #expect(try await rig.call(.patch, AccountsRig.me, ["bio": " a\nb "], token: account.token).string("bio") == "a\nb")
            #expect(try await rig.call(.patch, AccountsRig.me, ["bio": "  "], token: account.token)["bio"] == .null)
            let longest = String(repeating: "é", count: 280)
            #expect(try await rig.call(.patch, AccountsRig.me, ["bio": .string(longest)], token: account.token).string("bio") == longest)
            #expect(
                try await rig.call(.patch, AccountsRig.me, ["bio": .string(longest + "x")], token: account.token).faults == ["bio:too_long"]
            )
            #expect(try await rig.call(.patch, AccountsRig.me, ["bio": nil], token: account.token)["bio"] == .null)
        }
    }

    @Test("what a patch does not name stays, unknown members are ignored, and one wrong member stores nothing")
    func patches() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("patch"))
            let before = try await rig.call(
                .patch,
                AccountsRig.me,
                ["country_code": "DE", "avatar_url": "https://example.com/a.png", "ui_mode": "simple"],
                token: account.token
            )
            #expect(before.status == 200 && before.string("ui_mode") == "simple")
            #expect(try await rig.call(.patch, AccountsRig.me, ["unknown": 1], token: account.token).bytes == before.bytes)
            #expect(try await rig.call(.patch, AccountsRig.me, [:], token: account.token).bytes == before.bytes)
            let wrong = try await rig.call(.patch, AccountsRig.me, ["bio": "new", "ui_mode": nil], token: account.token)
            #expect(wrong.status == 422 && wrong.faults == ["ui_mode:type"])
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).bytes == before.bytes)
            #expect(try await rig.number("select count(*) from audit_log where action = 'user.profile_updated'") == 1)
        }
    }

    @Test("ten changes of name in 24 hours, then 429 until the first is a day old; other fields stay open")
    func nameLimit() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("limit"))
            for number in 0..<10 {
                let answer = try await rig.call(.patch, AccountsRig.me, ["display_name": .string("name \(number)")], token: account.token)
                #expect(answer.status == 200)
                rig.clock.advance(milliseconds: 60_000)
            }
            let same = try await rig.call(.patch, AccountsRig.me, ["display_name": "name 9"], token: account.token)
            #expect(same.status == 200)
            let refused = try await rig.call(.patch, AccountsRig.me, ["display_name": "one more"], token: account.token)
            #expect(refused.status == 429 && refused.code == "name_change_limit")
            #expect(refused.headers[.retryAfter] == String(86_400 - 600))
            #expect(try await rig.call(.patch, AccountsRig.me, ["bio": "still open"], token: account.token).status == 200)
            rig.clock.advance(milliseconds: (86_400 - 600) * 1000)
            let later = try await rig.session(of: account.user)
            #expect(try await rig.call(.patch, AccountsRig.me, ["display_name": "one more"], token: later.token).status == 200)
        }
    }

    @Test("of many users taking one name at once, one gets it and the others a 409")
    func race() async throws {
        try await AccountsRig.run { rig in
            var accounts: [RigAccount] = []
            for number in 0..<8 { accounts.append(try await rig.account(try Wallet("race \(number)"))) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for account in accounts {
                    group.addTask { try await rig.call(.patch, AccountsRig.me, ["display_name": "Contested"], token: account.token).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(statuses == [200] + Array(repeating: 409, count: 7))
        }
    }

    @Test("two users swapping their names at once both get an answer, never a 500")
    func swap() async throws {
        try await AccountsRig.run { rig in
            let left = try await rig.account(try Wallet("left"))
            let right = try await rig.account(try Wallet("right"))
            #expect(try await rig.call(.patch, AccountsRig.me, ["display_name": "Left"], token: left.token).status == 200)
            #expect(try await rig.call(.patch, AccountsRig.me, ["display_name": "Right"], token: right.token).status == 200)
            async let first = rig.call(.patch, AccountsRig.me, ["display_name": "Right"], token: left.token)
            async let second = rig.call(.patch, AccountsRig.me, ["display_name": "Left"], token: right.token)
            let statuses = try await [first.status, second.status]
            #expect(statuses.allSatisfy { [200, 409].contains($0) } && statuses.contains(409), "\(statuses)")
        }
    }
}
