/// Why a text is no usable address. Raw values are the error codes of the API (spec 02 §2.1).
///
/// The cases are tested in this order, so the first that applies is the one reported. No case carries the text.
public enum AddressError: String, Error, Sendable, Hashable, CaseIterable {
    /// Not decodable, or the base58 version of another coin.
    case invalid = "address_invalid"
    /// A good address of a network other than the configured one.
    case networkMismatch = "address_network_mismatch"
    /// A witness version or program length without a use here.
    case typeUnsupported = "address_type_unsupported"

    /// The error code of the API.
    public var code: String { rawValue }
}
