package import API
import Bitcoin

/// The address an account is to move to, and the proof that its owner agrees (spec 02 §8.5).
struct WalletChange: EndpointInput {
    /// As written; parsed by the service, whose errors have codes of their own.
    let address: String
    let signature: String?
    let nonce: String?

    init(from fields: inout RequestFields) {
        address = fields.body("btc_address", .addressText, doc: "Where rewards go from now on")
        signature = fields.optionalBody("signature", .string(1...1000), doc: "Of a `payout` challenge for this address")
        nonce = fields.optionalBody("nonce", .string(1...128), doc: "Of that challenge")
        if signature == nil, nonce != nil { fields.fault("signature", .required, "Is required together with the nonce.") }
        if nonce == nil, signature != nil { fields.fault("nonce", .required, "Is required together with the signature.") }
    }
}

/// What became of a change of address.
struct WalletAnswer: ResponseObject {
    let address: BitcoinAddress
    let previous: String

    static let fields = JSONFields<WalletAnswer>()
        .field("btc_address", \.address.canonical)
        .field("previous_address", \.previous)
        .field("address_type", \.address.type.rawValue, "`p2pkh`, `p2sh`, `p2wpkh`, `p2wsh` or `p2tr`")
        .field(
            "warning",
            { _ in
                """
                Miners still connected with the previous address keep working for it. Reconnect each of them with the new address as its \
                user name.
                """
            },
            "What to do now"
        )
}

extension APIError {
    static let walletUnchanged = APIError.conflict("wallet_unchanged", "This is already the address of your account.")
    package static let walletInUse = APIError.conflict("wallet_address_in_use", "This address belongs to another account.")
    static let walletProofRequired = APIError.forbidden(
        "wallet_proof_required",
        "Sign a challenge with the new address first: without a password it is your only way to sign in."
    )
}
