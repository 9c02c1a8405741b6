import FeatureRig
import Bitcoin
import Foundation
import GameRules
import HTTPTypes
import NIOCore
import Platform
import TestServers
import Testing

@testable import API
@testable import Accounts

/// Everything a stranger can send that accounts take apart, random and damaged (spec 02 §3, §7). `make fuzz` makes a long run of it.
@Suite("Parsers of accounts never crash")
struct ParserFuzzTests {
    @Test("access tokens: only the undamaged one is accepted")
    func accessTokens() async throws {
        let ring = try await KeyRing(signing: try TestKeys.a.privatePEM)
        let settings = try Settings(EnvironmentSource(["TBG_ENVIRONMENT": "test"])).tokens
        let row = try #require(try TestVectors.load("jwt", as: TokenVectorTests.File.self).tokens.first { $0.valid })
        let now = Instant(secondsSinceUnixEpoch: row.now)
        let verifier = TokenVerifier(keys: CurrentKeyRing(ring), settings: settings)
        #expect((try? await verifier.verify(row.token, at: now)) != nil)
        var chance = SeededGenerator(seed: 80)
        let parts = row.token.split(separator: ".").map { Array($0.utf8) }
        for round in 0..<Fuzz.count {
            // Mostly with a header that leads on to the claims and the signature.
            var damaged = parts
            damaged[round % 3] = chance.input(round: round / 3, from: [parts[round % 3]])
            let text = damaged.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
            guard text != row.token else { continue }
            let accepted = try? await verifier.verify(text, at: now)
            #expect(accepted == nil, "\(text)")
        }
    }

    @Test("refresh tokens, API keys and tokens of mails: what is read is written the same")
    func secrets() {
        var chance = SeededGenerator(seed: 81)
        let good = [
            RefreshToken(random: .seeded(1)).text, APIKey(random: .seeded(2)).text, MailToken(random: .seeded(3)).text,
            SessionID(.random(from: .seeded(4))).description,
        ].map { Array($0.utf8) }
        for round in 0..<Fuzz.count {
            let text = String(decoding: chance.input(round: round, from: good), as: UTF8.self)
            if let token = RefreshToken(text) { #expect(token.text == text) }
            if let key = APIKey(text) { #expect(key.text == text) }
            if let token = MailToken(text) { #expect(token.text == text) }
            if let session = SessionID(text) { #expect(SessionID(session.description) == session) }
        }
    }

    @Test("e-mail addresses, display names and coinbase texts: what is accepted is accepted again as it was made")
    func texts() {
        var chance = SeededGenerator(seed: 82)
        let good = ["miner.one+rig@example.co.uk", "Satoshi  Hunter-7", "/TheBitcoinGame:Aa0_.:!#-/", "Ａ\u{30A}ngström 😀"].map {
            Array($0.utf8)
        }
        for round in 0..<Fuzz.count {
            let text = String(decoding: chance.input(round: round, from: good), as: UTF8.self)
            if let address = EmailAddress(text) { #expect(EmailAddress(address.text)?.text == address.text) }
            if let framed = CoinbaseText.framed(text) { #expect(CoinbaseText.framed(framed) == framed) }
            let folded = NameFolding.normalized(text)
            #expect(NameFolding.normalized(folded) == folded, "\(text.unicodeScalars.map(\.value))")
        }
    }

    @Test("challenges as Redis gives them back, and stored password hashes")
    func records() throws {
        var chance = SeededGenerator(seed: 83)
        let address = try Wallet("fuzz").signer.address
        let challenge = Challenge(
            purpose: .login,
            address: address,
            nonce: String(repeating: "a", count: 32),
            domain: "example.com",
            lifetimeSeconds: 300,
            at: AccountsRig.start
        )
        let record = ChallengeRecord(challenge)
        #expect(ChallengeRecord(record.text) == record)
        // Parameters beyond the bounds, so that nothing is computed however the text is damaged.
        let hash = Array("$argon2id$v=19$m=999999,t=3,p=1$AQEBAQEBAQEBAQEBAQEBAQ$AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE".utf8)
        for round in 0..<Fuzz.count {
            let bytes = chance.input(round: round, from: [Array(record.text.readableBytesView)])
            if let read = ChallengeRecord(ByteBuffer(bytes: bytes)) { #expect(ChallengeRecord(read.text) == read) }
            var text = chance.bytes(count: round % 90)
            if !round.isMultiple(of: 3) {
                text = hash
                text[Int.random(in: 20..<hash.count, using: &chance)] = .random(in: .min ... .max, using: &chance)
            }
            let isRight = (try? Argon2id.verify("x".utf8, against: String(decoding: text, as: UTF8.self))) ?? false
            #expect(!isRight)
        }
    }

    private typealias Reader = (JSONObject) -> APIError?

    /// What an input refuses a body with.
    private func reader<Input: EndpointInput>(_ input: Input.Type) -> Reader {
        { body in
            let fields = RequestFields(parameters: PathParameters(), query: QueryParameters(), headers: HTTPFields(), body: body)
            do throws(APIError) {
                _ = try RequestFields.read(input, from: fields)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test("bodies of every route that has one: read, or refused with 400 or 422")
    func bodies() throws {
        let readers: [Reader] = [
            reader(ChallengeInput.self), reader(VerifyInput.self), reader(RefreshInput.self), reader(LinkChallengeInput.self),
            reader(LinkInput.self), reader(RegisterInput.self), reader(LoginInput.self), reader(MailTokenInput.self),
            reader(ForgotPasswordInput.self), reader(ResetPasswordInput.self), reader(ChangePasswordInput.self), reader(ProfilePatch.self),
            reader(SettingsPatch.self), reader(WalletChange.self), reader(NewAPIKey.self), reader(AccountDeletion.self),
        ]
        let good = Array(
            """
            {"btc_address":"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4","signature":"QUJD","nonce":"00ff","takeover":true,"purpose":"payout",\
            "refresh_token":"tbg_rt_","email":"a@example.com","password":"Gr4vel-Lantern","token":"t","new_password":"N3w-lantern",\
            "current_password":"x","display_name":"N\\u00e4me \\ud83d\\ude00","country_code":"pt","avatar_url":"https://e.com/a","bio":null,\
            "ui_mode":"full","privacy":{"publicProfile":true},"mining":{"coinbaseSignature":"me"},"sound":{"volume":80.0,"mode":null},\
            "notifications":{"email":"a@b.cc","inApp":false},"name":"rig","permissions":["read","write"],"expires_in_days":365,\
            "confirm":"1e400"}
            """.utf8
        )
        var chance = SeededGenerator(seed: 84)
        let parser = JSONParser(maximumDepth: IncomingBody.maximumDepth, loneSurrogateReplacement: "\0")
        var read = 0
        for round in 0..<Fuzz.count {
            guard let body = try? parser.parse(chance.input(round: round, from: [good])).objectValue else { continue }
            let fault = readers[round % readers.count](body)
            if let fault { #expect([400, 422].contains(fault.status.code)) } else { read += 1 }
        }
        #expect(read > Fuzz.count / 20, "not everything was damaged beyond use")
    }
}
