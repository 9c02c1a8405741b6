import API
import Bitcoin
import Prometheus
import Testing

/// `tbg_auth_events_total{method,result}` (spec 02 §14; 11 §8).
@Suite("Count of attempts to get in", .serialized)
struct AuthEventTests {
    @Test("every way is counted by what became of it, and the labels name nobody")
    func counted() async throws {
        let signer = try #require(
            PrivateKey(bytes: [UInt8](repeating: 0x42, count: 32)).flatMap { MessageSigner(key: $0, type: .p2tr, network: .mainnet) }
        )
        try await Rig.run { rig in
            func count(_ method: String, _ result: String) -> Double? {
                rig.metric("tbg_auth_events_total{method=\"\(method)\",result=\"\(result)\"}")
            }
            func post(_ path: String, _ members: [String: String], token: String? = nil) async throws -> Answer {
                try await rig.wire.post("/api/v1/auth" + path, members, token: token)
            }
            let address = signer.address.canonical
            func proof(_ signature: (String) -> String?, route: String = "", token: String? = nil) async throws -> [String: String] {
                let challenge = try #require(try await post(route + "/challenge", ["btc_address": address], token: token).json)
                let message = try #require(challenge["message"]?.stringValue)
                let nonce = try #require(challenge["nonce"]?.stringValue)
                return ["btc_address": address, "nonce": nonce, "signature": try #require(signature(message))]
            }

            #expect(count("wallet", "success") == nil)
            let good = try await proof { signer.sign($0) }
            let session = try #require(try await post("/verify", good).json)
            #expect(try await post("/verify", good).status == 400)
            #expect(try await post("/verify", try await proof { signer.sign($0 + "!") }).status == 401)
            #expect(
                count("wallet", "success") == 1 && count("wallet", "challenge_invalid") == 1 && count("wallet", "signature_invalid") == 1
            )

            let refreshToken = try #require(session["refresh_token"]?.stringValue)
            #expect(try await post("/refresh", ["refresh_token": refreshToken]).status == 200)
            #expect(try await post("/refresh", ["refresh_token": "x"]).status == 401)
            #expect(count("refresh", "success") == 1 && count("refresh", "refresh_token_invalid") == 1)

            let account = [
                "email": "counted@example.com", "password": "Gr4vel-Lantern", "btc_address": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            ]
            let registered = try #require(try await post("/register", account).json?["access_token"]?.stringValue)
            #expect(try await post("/register", account).status == 409)
            #expect(count("register", "success") == 1 && count("register", "email_taken") == 1)
            #expect(try await post("/login", account).status == 200)
            #expect(try await post("/login", ["email": "counted@example.com", "password": "Wr0ng-password"]).status == 401)
            #expect(count("email", "success") == 1 && count("email", "credentials_invalid") == 1)

            let change = ["current_password": "Wr0ng-password", "new_password": "N3w-lantern-gravel"]
            #expect(try await post("/change-password", change, token: registered).status == 401)
            #expect(try await post("/reset-password", ["token": "x", "new_password": "N3w-lantern-gravel"]).status == 400)
            #expect(count("password", "password_incorrect") == 1 && count("password", "token_invalid") == 1)

            let link = try await proof({ signer.sign($0) }, route: "/link-wallet", token: registered)
            #expect(try await post("/link-wallet/verify", link, token: registered).code == "wallet_address_in_use")
            #expect(count("link", "wallet_address_in_use") == 1)

            // What breaks a rule of shape, or the rate, is no attempt.
            #expect(try await post("/verify", ["btc_address": address]).status == 422)
            let lines = String(decoding: rig.metrics.render(), as: UTF8.self).split(separator: "\n")
            let counts = lines.filter { $0.hasPrefix("tbg_auth_events_total{") }
            #expect(counts.count == 12, "\(counts)")
            for line in counts {
                #expect(line.wholeMatch(of: /tbg_auth_events_total\{method="[a-z]+",result="[a-z_]+"\} 1/) != nil, "\(line)")
            }
        }
    }
}
