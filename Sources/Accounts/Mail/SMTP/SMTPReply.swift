/// An answer of a mail server, of one or more lines (RFC 5321 §4.2).
struct SMTPReply: Sendable, Equatable {
    /// 200–599.
    let code: Int
    /// The text of each line, without code.
    let lines: [String]

    /// 2yz.
    var isPositive: Bool { (200..<300).contains(code) }
    /// 5yz: asking again is useless.
    var isPermanent: Bool { (500..<600).contains(code) }
}

/// Cuts what a server sends into replies. A pure value; fed with bytes in whatever pieces they come.
struct SMTPReplyParser: Sendable {
    /// Longest line accepted, bytes; RFC 5321 §4.5.3.1.5 permits 512.
    static let longestLine = 2048
    /// Most lines of one reply.
    static let mostLines = 128

    private var buffer: [UInt8] = []
    private var code: Int?
    private var lines: [String] = []

    init() {}

    /// Whether nothing is left over from what was fed.
    var isEmpty: Bool { buffer.isEmpty && code == nil }

    mutating func feed(_ bytes: some Sequence<UInt8>) { buffer += bytes }

    /// The next whole reply; nil when more bytes are needed.
    /// - Throws: ``MailTrouble/protocolViolation`` for what is no reply.
    mutating func next() throws(MailTrouble) -> SMTPReply? {
        while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
            var line = buffer[..<end]
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            let (number, isLast, text) = try Self.parse(line)
            buffer.removeSubrange(...end)
            guard code ?? number == number, lines.count < Self.mostLines else { throw .protocolViolation }
            code = number
            lines.append(text)
            if isLast {
                defer {
                    code = nil
                    lines = []
                }
                return SMTPReply(code: number, lines: lines)
            }
        }
        guard buffer.count <= Self.longestLine else { throw .protocolViolation }
        return nil
    }

    /// `250-text`, `250 text` or `250`.
    private static func parse(_ line: ArraySlice<UInt8>) throws(MailTrouble) -> (code: Int, isLast: Bool, text: String) {
        let digits = line.prefix(3)
        guard line.count <= longestLine, digits.count == 3,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { throw .protocolViolation }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard (200..<600).contains(code) else { throw .protocolViolation }
        let rest = line.dropFirst(3)
        guard let separator = rest.first else { return (code, true, "") }
        guard separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") else { throw .protocolViolation }
        return (code, separator == UInt8(ascii: " "), String(decoding: rest.dropFirst(), as: UTF8.self))
    }
}
