import FeatureRig
import API
import Bitcoin
import Foundation
import GameRules
import HTTPTypes
import Platform
import Postgres
import Redis
import Testing

@testable import Accounts

@Suite("Challenges")
struct ChallengeTests {
    private static let address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"

    @Test("a challenge names its address and nonce in one short line of printable ASCII")
    func shape() async throws {
        try await AccountsRig.run { rig in
            let answer = try await rig.call(.post, "/api/v1/auth/challenge", ["btc_address": .string(Self.address)])
            #expect(answer.status == 200)
            let nonce = try #require(answer.string("nonce"))
            let message = try #require(answer.string("message"))
            #expect(nonce.wholeMatch(of: /[0-9a-f]{32}/) != nil)
            #expect(answer.integer("expires_in") == 300)
            #expect(answer.string("timestamp") == "2026-03-15T14:30:00.000Z")
            #expect(message.contains(Self.address) && message.contains(nonce))
            #expect(message.utf8.count <= 240 && message.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !message.contains("  "))
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test(
        "addresses that cannot sign in are refused with their reason",
        arguments: [
            ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", 200, nil),
            ("  \(Self.address)\n", 200, nil),
            (Self.address.uppercased(), 200, nil),
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", 422, "address_invalid"),
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8F3t4", 422, "address_invalid"),
            ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", 422, "address_network_mismatch"),
            ("bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3", 422, "address_type_unsupported"),
            ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", 422, "address_type_unsupported"),
            ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", 422, "address_invalid"),
            (String(repeating: "1", count: 91), 422, "address_invalid"),
            ("", 422, "address_invalid"),
        ] as [(String, Int, String?)]
    )
    func addresses(text: String, status: Int, code: String?) async throws {
        try await AccountsRig.run { rig in
            let answer = try await rig.call(.post, "/api/v1/auth/challenge", ["btc_address": .string(text.trimmingCharacters(in: ["\n"]))])
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.code == code)
            if let code {
                let fault = answer["errors"]?.arrayValue?.first?.objectValue
                #expect(fault?["field"]?.stringValue == "btc_address" && fault?["code"]?.stringValue == code)
            }
        }
    }

    @Test("a mainnet address is refused on another network")
    func otherNetwork() async throws {
        try await AccountsRig.run(["BTC_NETWORK": "signet"]) { rig in
            let answer = try await rig.call(.post, "/api/v1/auth/challenge", ["btc_address": .string(Self.address)])
            #expect(answer.status == 422 && answer.code == "address_network_mismatch")
        }
    }

    @Test("a body without an address is a validation error, not an address error")
    func missingMember() async throws {
        try await AccountsRig.run { rig in
            let answer = try await rig.call(.post, "/api/v1/auth/challenge", [:])
            #expect(answer.status == 422 && answer.code == "validation_error")
        }
    }

    @Test("three members suffice, a wrong timestamp does not matter, and white space in a signature does not count")
    func verifyInput() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("input")
            let (nonce, message) = try await rig.challenge(wallet)
            let signature = try wallet.sign(message)
            let wrapped = " " + signature.prefix(20) + "\r\n" + signature.dropFirst(20) + "\t\n"
            let answer = try await rig.verify(wallet, nonce: nonce, signature: wrapped, ["timestamp": "yesterday"])
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test("a signature of 1,000 characters is judged, one of 1,001 is a validation error")
    func signatureLength() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("length")
            let (nonce, _) = try await rig.challenge(wallet)
            let judged = try await rig.verify(wallet, nonce: nonce, signature: String(repeating: "A", count: 1000))
            #expect(judged.status == 401 && judged.code == "signature_invalid")
            let refused = try await rig.verify(wallet, nonce: nonce, signature: String(repeating: "A", count: 1001))
            #expect(refused.status == 422 && refused.code == "validation_error")
        }
    }

    @Test("a changed nonce is unknown; a wrong signature leaves the challenge good; the third ends it")
    func refusals() async throws {
        try await AccountsRig.run { rig in
            let (wallet, other) = (try Wallet("owner"), try Wallet("stranger"))
            let (nonce, message) = try await rig.challenge(wallet)
            let good = try wallet.sign(message)
            let wrong = try other.sign(message)
            let changed = (nonce.hasPrefix("0") ? "1" : "0") + nonce.dropFirst()
            let unknown = try await rig.verify(wallet, nonce: changed, signature: good)
            #expect(unknown.status == 400 && unknown.code == "challenge_invalid")

            let refused = try await rig.verify(wallet, nonce: nonce, signature: wrong)
            #expect(refused.status == 401 && refused.code == "signature_invalid")
            #expect(try await rig.verify(wallet, nonce: nonce, signature: good).status == 200)

            let (second, secondMessage) = try await rig.challenge(wallet)
            for _ in 0..<3 { #expect(try await rig.verify(wallet, nonce: second, signature: wrong).status == 401) }
            #expect(try await rig.verify(wallet, nonce: second, signature: try wallet.sign(secondMessage)).code == "challenge_invalid")
            #expect(
                try await rig.number("select count(*) from audit_log where action = 'auth.challenge_failed' and status = 'failure'") == 6
            )
        }
    }

    @Test("every nonce of no use gets the same answer", arguments: ["", " ", "zz", String(repeating: "a", count: 128), "a*", "é"])
    func malformedNonces(text: String) async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("nonces")
            let answer = try await rig.verify(wallet, nonce: text, signature: "QUJD")
            #expect(text.isEmpty ? answer.status == 422 : answer.code == "challenge_invalid", "\(answer.text)")
        }
    }

    @Test("a nonce serves only the address it was issued for, and only its own purpose")
    func foreignNonce() async throws {
        try await AccountsRig.run { rig in
            let (first, second) = (try Wallet("first"), try Wallet("second"))
            let (nonce, message) = try await rig.challenge(first)
            let answer = try await rig.verify(second, nonce: nonce, signature: try second.sign(message))
            #expect(answer.status == 400 && answer.code == "challenge_invalid")

            let link = try await rig.services.challenges.issue(
                purpose: .link(UserID(1)),
                address: first.signer.address,
                now: rig.clock.now
            )
            let mixed = try await rig.verify(first, nonce: link.nonce, signature: try first.sign(link.message))
            #expect(mixed.status == 400 && mixed.code == "challenge_invalid")
        }
    }

    @Test("the signature of another challenge of the same address, or of the same text for another network, is refused")
    func otherMessages() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("messages")
            let (nonce, message) = try await rig.challenge(wallet)
            let (_, other) = try await rig.challenge(wallet)
            #expect(try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(other)).status == 401)
            let signet = message.replacingOccurrences(of: "| mainnet |", with: "| signet |")
            #expect(try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(signet)).status == 401)
            #expect(try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message)).status == 200)
        }
    }

    @Test("a second challenge leaves the first one good")
    func severalOpen() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("several")
            let (nonce, message) = try await rig.challenge(wallet)
            _ = try await rig.challenge(wallet)
            #expect(try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message)).status == 200)
        }
    }

    @Test("a challenge is good until just before its 300 seconds are over", arguments: [(299_999, 200), (300_000, 400)] as [(Int64, Int)])
    func expiry(milliseconds: Int64, status: Int) async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("expiry")
            let (nonce, message) = try await rig.challenge(wallet)
            rig.clock.advance(milliseconds: milliseconds)
            #expect(try await rig.verify(wallet, nonce: nonce, signature: try wallet.sign(message)).status == status)
        }
    }

    @Test("of a hundred verifications of one nonce at once, exactly one signs in")
    func race() async throws {
        try await AccountsRig.run(["DATABASE_POOL_MAX": "20"]) { rig in
            let wallet = try Wallet("race", .p2tr)
            let (nonce, message) = try await rig.challenge(wallet)
            let signature = try wallet.sign(message)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await rig.verify(wallet, nonce: nonce, signature: signature).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1)
            // A slow machine may make some wait too long for a connection; they have signed in as little as the others.
            #expect(statuses.allSatisfy { [200, 400, 503].contains($0) }, "\(statuses)")
            #expect(try await rig.number("select count(*) from refresh_tokens") == 1)
            #expect(try await rig.number("select login_count from users") == 1)
        }
    }

    @Test("what opens a session is the nonce itself: even one that Redis gives back signs in no second time")
    func singleUseInDatabase() async throws {
        try await AccountsRig.run { rig in
            let wallet = try Wallet("restored")
            let (nonce, message) = try await rig.challenge(wallet)
            let key = "auth:nonce:\(nonce)"
            let record = try await rig.runtime.redis.send(.init("GET", key)).string
            let signature = try wallet.sign(message)
            #expect(try await rig.verify(wallet, nonce: nonce, signature: signature).status == 200)
            try await rig.runtime.redis.send(.init("SET", key, try #require(record)))
            let again = try await rig.verify(wallet, nonce: nonce, signature: signature)
            #expect(again.status == 400 && again.code == "challenge_invalid")
            #expect(try await rig.number("select count(*) from refresh_tokens") == 1)
        }
    }
}
