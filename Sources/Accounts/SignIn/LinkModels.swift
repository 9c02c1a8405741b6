import API

/// `POST /auth/link-wallet/challenge` (spec 02 §6).
struct LinkChallengeInput: EndpointInput {
    enum Purpose: String, CaseIterable, JSONEncodable, Sendable {
        case link, payout
    }

    let address: String
    let purpose: Purpose

    init(from fields: inout RequestFields) {
        address = fields.body("btc_address", .addressText, doc: "The address that will sign")
        purpose = fields.body("purpose", .oneOf(), default: .link, doc: "`link` to sign in with it, `payout` to change the address")
    }
}

/// `POST /auth/link-wallet/verify`.
struct LinkInput: EndpointInput {
    let address: String
    let signature: String
    let nonce: String

    init(from fields: inout RequestFields) {
        address = fields.body("btc_address", .addressText, doc: "The address that signed")
        signature = fields.body("signature", .signatureText, doc: "Of a `link` challenge: BIP-137 or BIP-322, base64")
        nonce = fields.body("nonce", .string(1...128, trims: false), doc: "Of the challenge")
    }
}

/// What linking a wallet answers.
struct LinkAnswer: ResponseObject {
    let address: String

    static let fields = JSONFields<LinkAnswer>()
        .field("status", { _ in "wallet_linked" })
        .field("auth_method", { _ in "both" })
        .field("btc_address", \.address)
}
