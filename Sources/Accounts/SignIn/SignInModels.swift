package import API
import Bitcoin

/// `POST /auth/challenge` (spec 02 §5.1).
struct ChallengeInput: EndpointInput {
    let address: String

    init(from fields: inout RequestFields) {
        address = fields.body("btc_address", .addressText, doc: "The address that will sign")
    }
}

/// `POST /auth/verify` (spec 02 §5.2). Other members, such as a `timestamp`, are ignored.
struct VerifyInput: EndpointInput {
    let address: String
    let signature: String
    let nonce: String
    let takesOver: Bool

    init(from fields: inout RequestFields) {
        address = fields.body("btc_address", .addressText, doc: "The address that signed")
        signature = fields.body("signature", .signatureText, doc: "Of the challenge's message: BIP-137 or BIP-322, base64")
        nonce = fields.body("nonce", .string(1...128, trims: false), doc: "Of the challenge")
        takesOver = fields.body(
            "takeover",
            .boolean,
            default: false,
            doc: "Take the address over from an account that registered it by e-mail without proof"
        )
    }
}

/// What `POST /auth/verify` answers.
struct SignInAnswer: ResponseObject {
    let tokens: TokenAnswer
    /// Whether this was the first sign-in of the account.
    let isNewUser: Bool

    static let fields = JSONFields<SignInAnswer>()
        .members(of: \.tokens)
        .field("is_new_user", \.isNewUser, "Whether this was the account's first sign-in")
}

extension FieldRule where Value == String {
    /// A message signature in base64. Wallets wrap lines, so white space within does not count; 1–1,000 other characters.
    package static var signatureText: FieldRule {
        FieldRule(schema: .string(TextShape(minimumLength: 1, maximumLength: 1000)), standIn: "") { source, faults in
            guard let text = source.string else {
                faults.add(.type, "Must be a string.")
                return nil
            }
            let scalars = text.unicodeScalars.filter { ![" ", "\t", "\r", "\n"].contains($0) }
            guard !scalars.isEmpty else {
                faults.add(.tooShort, "Must have at least 1 character.")
                return nil
            }
            guard scalars.count <= 1000 else {
                faults.add(.tooLong, "Must have at most 1000 characters.")
                return nil
            }
            guard scalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
                faults.add(.invalidCharacters, "Contains characters that are not permitted.")
                return nil
            }
            return String(String.UnicodeScalarView(scalars))
        }
    }
}
