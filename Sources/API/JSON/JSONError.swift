/// Why a text is not an acceptable JSON document (RFC 8259). `offset` counts bytes from the start of the text.
///
/// No case carries any part of the text except `duplicateMember`, which names the member.
public enum JSONError: Error, Sendable, Hashable {
    /// The text does not follow the grammar at `offset`.
    case syntax(offset: Int)
    /// The text ends in the middle of a value, or is empty.
    case unexpectedEnd
    /// A string holds bytes that are not UTF-8.
    case invalidUTF8(offset: Int)
    /// Containers are nested deeper than the reader permits.
    case depth(maximum: Int)
    /// An object names the same member twice and the reader refuses that.
    case duplicateMember(String)
    /// Something other than white space follows the value.
    case trailingData(offset: Int)
    /// The text begins with a byte order mark.
    case byteOrderMark
    /// A number does not fit the type it is read as, or is not finite as a double (`1e400`).
    case numberOutOfRange(offset: Int)
    /// A `\u` escape holds half of a surrogate pair.
    case loneSurrogate(offset: Int)
    /// The value is of another kind than the one asked for.
    case unexpectedType(JSONKind, offset: Int)
}

/// The six kinds of JSON values.
public enum JSONKind: Sendable, Hashable {
    /// The literal `null`.
    case null
    /// One of the literals `true` and `false`.
    case bool
    /// Any number.
    case number
    /// A string.
    case string
    /// An array.
    case array
    /// An object.
    case object
}
