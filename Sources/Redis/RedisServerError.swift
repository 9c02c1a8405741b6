/// An error reply: a code such as `ERR`, `WRONGTYPE` or `NOSCRIPT`, and a text.
///
/// Redis repeats arguments in some texts (unknown commands, unknown groups), always between quotes or behind "with args beginning with".
/// Those parts are cut out, so the error can be logged.
public struct RedisServerError: Error, Sendable, Equatable {
    /// The first word of the reply.
    public let code: String
    /// The rest of the reply without quoted arguments.
    public let message: String

    /// An error as a server would report it; the message is cut like that of a reply.
    public init(code: String, message: String) {
        self.code = code
        self.message = Self.withoutArguments(message)
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        let space = text.utf8.firstIndex(of: UInt8(ascii: " ")) ?? text.endIndex
        self.init(code: String(text[..<space]), message: String(text[space...].drop { $0 == " " }))
    }

    /// The script is not in the server's cache.
    public var isNoScript: Bool { code == "NOSCRIPT" }
    /// The stream or its consumer group does not exist.
    public var isNoGroup: Bool { code == "NOGROUP" }
    /// The consumer group exists already.
    public var isBusyGroup: Bool { code == "BUSYGROUP" }

    /// Everything from the first opening quote to the last closing quote goes, since an argument may itself hold quotes.
    private static func withoutArguments(_ message: String) -> String {
        var text = Substring(message)
        if let arguments = text.firstRange(of: ", with args beginning with") { text = text[..<arguments.lowerBound] }
        let quotes: Set<Character> = ["'", "\"", "`"]
        var previous: Character = " "
        var opening: Substring.Index?
        for index in text.indices {
            if quotes.contains(text[index]), !previous.isLetter, !previous.isNumber {
                opening = index
                break
            }
            previous = text[index]
        }
        guard let opening else { return String(text) }
        guard let closing = text.lastIndex(where: { quotes.contains($0) }), closing > opening else { return String(text[..<opening]) + "…" }
        return String(text[..<opening]) + "…" + String(text[text.index(after: closing)...])
    }
}

extension RedisServerError: CustomStringConvertible {
    /// Code and text.
    public var description: String { message.isEmpty ? code : "\(code) \(message)" }
}
