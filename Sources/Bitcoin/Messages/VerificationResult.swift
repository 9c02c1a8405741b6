/// The answer of ``MessageVerifier``.
public enum VerificationResult: Sendable, Hashable {
    /// The owner of the address signed the message.
    case accepted
    /// That is not proven.
    case refused(VerificationRefusal)

    /// Whether the signature was accepted.
    public var isAccepted: Bool { self == .accepted }
}

/// Why a signature is refused (spec 02 §3). For logs and metrics; a client learns only that it was refused.
public enum VerificationRefusal: String, Error, Sendable, Hashable, CaseIterable {
    /// The text given as address is none.
    case addressInvalid = "address_invalid"
    /// The address belongs to another network.
    case addressNetworkMismatch = "address_network_mismatch"
    /// Nobody can sign for this kind of address: P2WSH or an unknown witness version.
    case addressTypeUnsupported = "address_type_unsupported"
    /// Nothing but white space, or more than 1,000 characters.
    case textLength = "text_length"
    /// Not strict base64.
    case base64
    /// A proof of funds, which would show more than control of the address.
    case proofOfFunds = "proof_of_funds"
    /// A form that is not accepted for this type of address (spec 02 §3.2).
    case formForAddressType = "form_for_address_type"
    /// The header of a compact signature belongs to another type of address.
    case compactHeader = "compact_header"
    /// r or s is zero or not below the group order.
    case scalarRange = "scalar_range"
    /// No public key fits a compact signature.
    case notRecoverable = "not_recoverable"
    /// The public key does not hash to the address.
    case keyMismatch = "key_mismatch"
    /// Not a serialised witness, or something after it.
    case witnessEncoding = "witness_encoding"
    /// The witness has other items than the spend of a single key needs.
    case witnessItems = "witness_items"
    /// Not strict DER, or a Schnorr signature of a wrong length.
    case signatureEncoding = "signature_encoding"
    /// A signature hash type other than the one allowed.
    case hashType = "hash_type"
    /// s exceeds half the group order.
    case highS = "high_s"
    /// Not the public key encoding required, or no point of the curve.
    case publicKey = "public_key"
    /// Not a serialised transaction, or something after it.
    case transactionEncoding = "transaction_encoding"
    /// The transaction is not the one that signs this message.
    case transactionShape = "transaction_shape"
    /// The input script is not the one that belongs to the address.
    case inputScript = "input_script"
    /// Everything is well formed, but the signature does not verify.
    case signatureMismatch = "signature_mismatch"

    init(_ error: AddressError) {
        switch error {
        case .invalid: self = .addressInvalid
        case .networkMismatch: self = .addressNetworkMismatch
        case .typeUnsupported: self = .addressTypeUnsupported
        }
    }
}
