import FeatureRig
import API
import GameRules
import NIOCore
import Platform
import Postgres
import HTTPTypes
import Testing

@testable import Accounts

@Suite("Export of a user's data")
struct ExportTests {
    static let path = AccountsRig.me + "/export"

    @Test("one object with all that accounts keep of a user, and no hash or secret")
    func contents() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("export").address, email: "me@example.com", isEmailVerified: true)
            let created = try await APIKeyRequestTests.create(rig, account)
            let key = try #require(created.string("key"))
            #expect(
                try await rig.call(.patch, WalletTests.path, ["btc_address": .string(WalletTests.other)], token: account.token).status
                    == 200
            )
            let answer = try await rig.call(.get, Self.path, token: account.token)
            #expect(answer.status == 200)
            #expect(
                answer.json.objectValue?.map(\.name) == ["exported_at", "profile", "settings", "sessions", "api_keys", "address_history"]
            )
            #expect(answer.string("profile.email") == "me@example.com" && answer.string("settings.sound.mode") == "subtle")
            let session = try #require(answer["sessions"]?.arrayValue?.first)
            #expect(session["id"]?.stringValue == account.session.description && session["is_revoked"] == false)
            #expect(answer["api_keys"]?.arrayValue?.first?["prefix"]?.stringValue == String(key.prefix(14)))
            let change = try #require(answer["address_history"]?.arrayValue?.first)
            #expect(change["old_address"]?.stringValue == account.address && change["new_address"]?.stringValue == WalletTests.other)
            let hashes = try await rig.runtime.database.query(
                "select token_hash::text from refresh_tokens union all select key_hash from api_keys"
            )
            for row in hashes { #expect(!answer.text.contains(try String(postgres: row[0]))) }
            #expect(!answer.text.contains(key) && !answer.text.contains("unusable"))
            #expect(answer.headers[.contentDisposition]?.hasPrefix("attachment") == true && answer.headers[.cacheControl] == "no-store")
            #expect(try await rig.number("select count(*) from audit_log where action = 'user.data_exported'") == 1)
        }
    }

    @Test("three a day, then 429 until the first is a day old")
    func limit() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("thrice"))
            for _ in 0..<3 {
                #expect(try await rig.call(.get, Self.path, token: account.token).status == 200)
                rig.clock.advance(milliseconds: 10_000)
            }
            let refused = try await rig.call(.get, Self.path, token: account.token)
            #expect(refused.status == 429 && refused.code == "rate_limited" && refused.headers[.retryAfter] == "86370")
            rig.clock.advance(milliseconds: 86_370_000)
            let later = try await rig.session(of: account.user)
            #expect(try await rig.call(.get, Self.path, token: later.token).status == 200)
        }
    }

    @Test("other features add members of their own")
    func registry() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("registry"))
            let exports = ExportService(
                database: rig.runtime.database,
                audit: rig.services.audit,
                features: [DataExporter("answer") { user, _ in ["user": user.description] as [String: String] }]
            )
            let principal = Principal(
                user: account.user,
                address: account.address,
                isVerified: true,
                credential: .accessToken(session: nil)
            )
            var writer = JSONWriter()
            try await exports.export(for: principal, origin: .none, at: rig.clock.now).encode(to: &writer)
            let json = try JSONParser().parse(writer.buffer.readableBytesView)
            #expect(json["answer"]?["user"]?.stringValue == account.user.description)
        }
    }
}
