import Foundation

/// Text in header fields: never a line break of the text's own, and ASCII only (RFC 2047).
enum HeaderText {
    /// Longest subject, Unicode scalars (spec 08 §4.4).
    static let longestSubject = 120
    /// Bytes of text in one encoded word: its base64 and frame stay within 75 characters.
    private static let bytesPerWord = 45
    /// Longest line that is left as it is, field name included.
    private static let longestPlain = 60

    /// A subject or other unstructured text.
    static func unstructured(_ text: String) -> String {
        let clean = cleaned(text)
        return isPlain(clean) && !clean.contains("=?") && clean.utf8.count <= longestPlain ? clean : encodedWords(clean)
    }

    /// A display name before an address.
    static func phrase(_ text: String) -> String {
        let clean = cleaned(text)
        guard isPlain(clean), !clean.contains("=?"), clean.utf8.count <= longestPlain else { return encodedWords(clean) }
        return "\"" + clean.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// A display name where a carrier composes the header field itself: nothing in it can end the name.
    static func cleanedName(_ text: String) -> String { cleaned(text).filter { !"<>\"\\,;:@()".contains($0) } }

    /// Without control characters and line separators; runs of white space become one space.
    static func cleaned(_ text: String) -> String {
        let spaced = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar -> Unicode.Scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator, .format, .unassigned, .privateUse: " "
                    default: scalar
                    }
                }
            )
        )
        return spaced.split(separator: " ").joined(separator: " ")
    }

    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (32...126).contains($0) } }

    /// `=?utf-8?B?…?=`, several with line folds between them when the text is long. No character is split.
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        func flush() {
            if !bytes.isEmpty { words.append("=?utf-8?B?\(Data(bytes).base64EncodedString())?=") }
            bytes.removeAll()
        }
        for scalar in text.unicodeScalars {
            let encoded = Array(String(scalar).utf8)
            if bytes.count + encoded.count > bytesPerWord { flush() }
            bytes += encoded
        }
        flush()
        return words.joined(separator: "\r\n ")
    }
}
