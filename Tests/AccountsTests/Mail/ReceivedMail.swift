import Foundation

/// A mail as a recipient's program takes it apart; written against the RFCs, not against the encoder.
struct ReceivedMail {
    /// Unfolded, names in lower case, in order.
    let headers: [(name: String, value: String)]
    /// Decoded parts by media type.
    let parts: [String: String]
    let rawLines: [String]

    init(_ content: String) {
        rawLines = content.components(separatedBy: "\r\n")
        let (head, body) = Self.split(content)
        headers = Self.headers(head)
        let type = headers.first { $0.name == "content-type" }?.value ?? ""
        var parts: [String: String] = [:]
        if let range = type.range(of: "boundary=\"") {
            let boundary = type[range.upperBound...].prefix { $0 != "\"" }
            let end = body.components(separatedBy: "--\(boundary)--\r\n")
            for piece in end[0].components(separatedBy: "--\(boundary)\r\n").dropFirst() {
                let (head, body) = Self.split(piece)
                let fields = Self.headers(head)
                let media = fields.first { $0.name == "content-type" }?.value.prefix { $0 != ";" } ?? ""
                parts[String(media)] = Self.quotedPrintableDecoded(body)
            }
        }
        self.parts = parts
    }

    /// The values of a field, encoded words decoded.
    func values(_ name: String) -> [String] { headers.filter { $0.name == name }.map { Self.wordsDecoded($0.value) } }

    var subject: String { values("subject").first ?? "" }
    var plain: String { parts["text/plain"] ?? "" }
    var html: String { parts["text/html"] ?? "" }

    /// The token of the link in the plain part.
    var token: String? {
        plain.range(of: "?token=").map { String(plain[$0.upperBound...].prefix { !$0.isWhitespace }) }
    }

    private static func split(_ text: String) -> (String, String) {
        guard let range = text.range(of: "\r\n\r\n") else { return (text, "") }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }

    private static func headers(_ text: String) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for line in text.components(separatedBy: "\r\n") {
            if line.first == " " || line.first == "\t", let last = fields.indices.last {
                fields[last].value += line
            } else if let colon = line.firstIndex(of: ":") {
                fields.append((line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
            }
        }
        return fields
    }

    static func quotedPrintableDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        let input = Array(text.utf8)
        var index = 0
        while index < input.count {
            if input[index] != UInt8(ascii: "=") {
                bytes.append(input[index])
                index += 1
            } else if index + 2 < input.count, input[index + 1] == UInt8(ascii: "\r"), input[index + 2] == UInt8(ascii: "\n") {
                index += 3
            } else if index + 2 < input.count,
                let byte = UInt8(String(decoding: input[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                bytes.append(byte)
                index += 3
            } else {
                return "malformed"
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func wordsDecoded(_ text: String) -> String {
        text.split(separator: " ").reduce(into: (result: "", wasEncoded: false)) { state, word in
            if word.hasPrefix("=?utf-8?B?"), word.hasSuffix("?="),
                let data = Data(base64Encoded: String(word.dropFirst(10).dropLast(2)))
            {
                // White space between encoded words does not count (RFC 2047 §6.2).
                if !state.wasEncoded, !state.result.isEmpty { state.result += " " }
                state.result += String(decoding: data, as: UTF8.self)
                state.wasEncoded = true
            } else {
                if !state.result.isEmpty { state.result += " " }
                state.result += word
                state.wasEncoded = false
            }
        }.result
    }
}
