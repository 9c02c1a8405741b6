/// Quoted-printable encoding (RFC 2045 §6.7): text as ASCII lines of at most 76 characters.
enum QuotedPrintable {
    private static let longestLine = 76
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Encodes text. Its line ends (LF, CR or CRLF) become CRLF, and there is one at the end.
    static func encode(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var line: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") {
                if byte == UInt8(ascii: "\r"), index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
                end(&line, into: &output)
                continue
            }
            let isLastOfLine = index == bytes.count || bytes[index] == UInt8(ascii: "\r") || bytes[index] == UInt8(ascii: "\n")
            let encoded = self.encoded(byte, isLastOfLine: isLastOfLine)
            // One place is kept for the sign of a soft line break.
            if line.count + encoded.count > longestLine - 1 {
                line.append(UInt8(ascii: "="))
                end(&line, into: &output)
            }
            line += encoded
        }
        if !line.isEmpty { end(&line, into: &output) }
        return output
    }

    private static func end(_ line: inout [UInt8], into output: inout [UInt8]) {
        output += line
        output += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        line.removeAll(keepingCapacity: true)
    }

    /// White space stands for itself only inside a line: some relays cut it at the end.
    private static func encoded(_ byte: UInt8, isLastOfLine: Bool) -> [UInt8] {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"): if !isLastOfLine { return [byte] }
        case UInt8(ascii: "="): break
        case 33...126: return [byte]
        default: break
        }
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
