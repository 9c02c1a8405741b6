import FeatureRig
import API
import GameRules
import NIOCore
import LocalServers
import Platform
import Postgres
import Redis
import TestServers
import HTTPTypes
import Testing

@testable import Accounts

@Suite("Settings over HTTP")
struct SettingsTests {
    static let path = AccountsRig.me + "/settings"

    /// Spec 02 §8.3, in its order.
    static let initial = """
        {"notifications":{"personalBest":true,"badgeEarned":true,"worldCupMatch":true,"lotteryResults":true,"blockFoundAny":false,\
        "leaderboardChange":false,"coopActivity":false,"educationRecommendation":false,"inApp":true,"browserPush":false,\
        "emailNotifications":false,"email":""},"privacy":{"publicProfile":false,"showOnLeaderboard":true,"showCountryFlag":true,\
        "showInCoopRankings":true,"searchIndexing":false},"mining":{"coinbaseSignature":"","difficultyPreference":"auto"},\
        "sound":{"mode":"subtle","gameSounds":true,"volume":80}}
        """

    @Test("a fresh user has every key at its initial value")
    func fresh() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("fresh"))
            #expect(try await rig.call(.get, Self.path, token: account.token).text == Self.initial)
            #expect(
                try await rig.number("select (select count(*) from user_settings) + (select count(*) from notification_preferences)") == 0
            )
        }
    }

    @Test("a patch changes the keys it names and no other, and stores only what differs from the initial values")
    func merge() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("merge"))
            let one = try await rig.call(.patch, Self.path, ["notifications": ["blockFoundAny": true]], token: account.token)
            #expect(one.text == Self.initial.replacing("\"blockFoundAny\":false", with: "\"blockFoundAny\":true"))
            #expect(try await rig.number("select count(*) from notification_preferences where block_found_any and personal_best") == 1)
            let two = try await rig.call(
                .patch,
                Self.path,
                ["sound": ["volume": 0, "mode": "subtle"], "privacy": ["showCountryFlag": false], "other": 7, "mining": ["unknown": 1]],
                token: account.token
            )
            #expect(two.integer("sound.volume") == 0 && two.bool("privacy.showCountryFlag") == false)
            #expect(two.bool("notifications.blockFoundAny") == true)
            let stored = try await rig.runtime.database.query("select sound::text || privacy::text || mining::text from user_settings")
            #expect(try stored.value(String.self) == #"{"volume": 0}{"showCountryFlag": false}{}"#)
            #expect(try await rig.call(.get, Self.path, token: account.token).bytes == two.bytes)
        }
    }

    @Test("null resets a key; nothing of it stays stored")
    func reset() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("reset"))
            let set: JSONObject = [
                "sound": ["mode": "off", "volume": 100], "notifications": ["personalBest": false, "email": " A@Example.com "],
                "mining": ["coinbaseSignature": "me", "difficultyPreference": "high"],
            ]
            let changed = try await rig.call(.patch, Self.path, set, token: account.token)
            #expect(changed.string("notifications.email") == "a@example.com")
            #expect(changed.string("mining.coinbaseSignature") == "/TheBitcoinGame:me/")
            let back: JSONObject = [
                "sound": ["mode": nil, "volume": nil], "notifications": ["personalBest": nil, "email": nil],
                "mining": ["coinbaseSignature": nil, "difficultyPreference": nil],
            ]
            #expect(try await rig.call(.patch, Self.path, back, token: account.token).text == Self.initial)
            let stored = try await rig.runtime.database.query("select sound::text || mining::text from user_settings")
            #expect(try stored.value(String.self) == "{}{}")
        }
    }

    @Test(
        "one wrong key, and nothing is stored",
        arguments: [
            (["sound": ["volume": 101, "mode": "off"]], "sound.volume:out_of_range"),
            (["sound": ["volume": 80.5, "mode": "off"]], "sound.volume:type"),
            (["sound": ["mode": "off"], "privacy": ["showOnLeaderboard": "no"]], "privacy.showOnLeaderboard:type"),
            (["sound": ["mode": "off"], "notifications": ["email": "nobody"]], "notifications.email:format"),
            (
                ["sound": ["mode": "off"], "mining": ["coinbaseSignature": .string(String(repeating: "x", count: 41))]],
                "mining.coinbaseSignature:too_long"
            ),
            (["sound": ["mode": "off"], "mining": ["coinbaseSignature": "a b"]], "mining.coinbaseSignature:format"),
            (["sound": ["mode": "off"], "mining": nil], "mining:type"),
            (["sound": ["mode": "off"], "mining": []], "mining:type"),
            (["sound": ["mode": "loud"]], "sound.mode:not_allowed"),
        ] as [(JSONObject, String)]
    )
    func wrong(patch: JSONObject, fault: String) async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("wrong"))
            let answer = try await rig.call(.patch, Self.path, patch, token: account.token)
            #expect(answer.status == 422 && answer.faults == [fault])
            #expect(try await rig.call(.get, Self.path, token: account.token).text == Self.initial)
        }
    }

    @Test("patches of different keys at once all survive")
    func parallel() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("parallel"))
            let patches: [JSONObject] = [
                ["sound": ["volume": 1]], ["sound": ["mode": "off"]], ["sound": ["gameSounds": false]],
                ["privacy": ["showOnLeaderboard": false]],
                ["privacy": ["showCountryFlag": false]], ["notifications": ["inApp": false]], ["notifications": ["coopActivity": true]],
                ["mining": ["difficultyPreference": "low"]],
            ]
            try await withThrowingTaskGroup(of: Int.self) { group in
                for patch in patches { group.addTask { try await rig.call(.patch, Self.path, patch, token: account.token).status } }
                for try await status in group { #expect(status == 200) }
            }
            let answer = try await rig.call(.get, Self.path, token: account.token)
            #expect(answer.integer("sound.volume") == 1 && answer.string("sound.mode") == "off" && answer.bool("sound.gameSounds") == false)
            #expect(answer.bool("privacy.showOnLeaderboard") == false && answer.bool("privacy.showCountryFlag") == false)
            #expect(answer.bool("notifications.inApp") == false && answer.bool("notifications.coopActivity") == true)
            #expect(answer.string("mining.difficultyPreference") == "low")
        }
    }

    @Test("without a proven address neither a public profile nor a coinbase text can be asked for; all else can")
    func unproven() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("unproven"), isVerified: false)
            for patch in [["privacy": ["publicProfile": true, "showCountryFlag": false]], ["mining": ["coinbaseSignature": "me"]]]
                as [JSONObject]
            {
                let answer = try await rig.call(.patch, Self.path, patch, token: account.token)
                #expect(answer.status == 403 && answer.code == "address_not_verified")
            }
            #expect(try await rig.call(.get, Self.path, token: account.token).text == Self.initial)
            // A client that sends everything back, with one harmless change.
            let all: JSONObject = [
                "privacy": ["publicProfile": false, "showCountryFlag": false],
                "mining": ["coinbaseSignature": "", "difficultyPreference": "auto"],
            ]
            #expect(try await rig.call(.patch, Self.path, all, token: account.token).status == 200)
        }
    }

    @Test("the audit log names changed keys, with values of privacy only")
    func audited() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("audited"))
            let patch: JSONObject = ["privacy": ["publicProfile": true], "notifications": ["email": "me@example.com"]]
            #expect(try await rig.call(.patch, Self.path, patch, token: account.token).status == 200)
            let rows = try await rig.runtime.database.query("select details from audit_log where action = 'user.settings_updated'")
            let details = try #require(try rows.value(JSONB.self)).parsed()
            #expect(details["changed"] == ["notifications.email", "privacy.publicProfile"])
            #expect(details["privacy.publicProfile"] == ["new": true, "old": false])
            #expect(!JSONB(details).string.contains("example.com"))
            #expect(try await rig.call(.patch, Self.path, patch, token: account.token).status == 200)
            #expect(try await rig.number("select count(*) from audit_log where action = 'user.settings_updated'") == 1)
        }
    }

    @Test("a change of mining settings is published after its commit")
    func published() async throws {
        try await TestServers.withPrivateRedis { redis in
            try await withDatabase(template: TestRuntime.migrated) { database in
                try await AccountsRig.run(databaseURL: database.url, redisURL: try await redis.url()) { rig in
                    let listener = rig.runtime.redis.makeSubscriber()
                    try await listener.subscribe(AccountMessages.Topic.allCases.map(\.rawValue))
                    let account = try await rig.account(try Wallet("published"))
                    let patch: JSONObject = ["mining": ["difficultyPreference": "low"]]
                    #expect(try await rig.call(.patch, Self.path, patch, token: account.token).status == 200)
                    let message = await listener.messages.first { _ in true }
                    #expect(message?.channel == "user:mining_settings")
                    #expect(message.map { String(buffer: $0.payload) } == "{\"user_id\":\(account.user)}")
                    await listener.close()
                }
            }
        }
    }
}
