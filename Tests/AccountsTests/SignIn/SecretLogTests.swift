import FeatureRig
import API
import Bitcoin
import GameRules
import HTTPTypes
import Platform
import Synchronization
import Testing

@testable import Accounts

@Suite("Logs of sign-in")
struct SecretLogTests {
    @Test("no token, signature, nonce or address in clear is in any line, at any level, whatever goes wrong")
    func secrets() async throws {
        let lines = Mutex<[String]>([])
        let logs = LogQueue { bytes in lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
        let secrets = Mutex<[String]>([])
        try await AccountsRig.run(["LOG_LEVEL": "debug"], logs: logs) { rig in
            let (wallet, stranger) = (try Wallet("logged"), try Wallet("stranger"))
            let (nonce, message) = try await rig.challenge(wallet)
            let (good, wrong) = (try wallet.sign(message), try stranger.sign(message))
            _ = try await rig.verify(wallet, nonce: nonce, signature: wrong)
            let session = try RigSession(try await rig.verify(wallet, nonce: nonce, signature: good))
            _ = try await rig.verify(wallet, nonce: nonce, signature: good)
            func refresh(_ token: String) async throws -> RigAnswer {
                try await rig.call(.post, "/api/v1/auth/refresh", ["refresh_token": .string(token)])
            }
            let newest = try RigSession(try await refresh(session.refreshToken))
            rig.clock.advance(milliseconds: 60_000)
            #expect(try await refresh(session.refreshToken).code == "refresh_token_reused")
            _ = try await rig.call(.get, "/api/v1/auth/me", token: newest.accessToken)
            _ = try await rig.call(.get, "/api/v1/auth/me", token: String(newest.accessToken.dropLast()))
            _ = try await rig.call(.post, "/api/v1/auth/logout", ["refresh_token": .string(newest.refreshToken)])
            secrets.withLock {
                $0 = [
                    nonce, message, good, wrong, session.accessToken, session.refreshToken, newest.accessToken, newest.refreshToken,
                    wallet.address, AccountsRig.caller,
                ]
            }
            logs.flush()
        }
        let text = lines.withLock { $0.joined() }
        #expect(text.contains("/api/v1/auth/verify"))
        for secret in secrets.withLock({ $0 }) { #expect(!text.contains(secret)) }
    }
}
