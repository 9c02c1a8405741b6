package import API

/// An e-mail address as the service accepts it (spec 02 §9.1): in lower case, ASCII, a dot-atom at a domain name.
package struct EmailAddress: Sendable, Hashable {
    /// Trimmed and in lower case.
    package let text: String

    /// - Returns: nil for quoted local parts, comments, address literals and everything else beyond the common form.
    package init?(_ text: String) {
        let trimmed = text.utf8.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
        let lower = String(decoding: trimmed, as: UTF8.self).lowercased()
        let parts = lower.split(separator: "@", omittingEmptySubsequences: false)
        guard lower.utf8.count <= 254, parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else { return nil }
        self.text = lower
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// Stands in for an address that was refused.
    fileprivate static let standIn = EmailAddress(unchecked: "")

    /// What stands before the `@`.
    package var localPart: Substring { text.prefix { $0 != "@" } }
    /// What stands behind the `@`.
    package var domain: Substring { text.drop { $0 != "@" }.dropFirst() }

    private static func isLocalPart(_ text: Substring) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    /// At least two labels of letters, digits and hyphens within, the last not all digits.
    private static func isDomain(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, last.utf8.contains(where: { !isDigit($0) }) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension FieldRule where Value == EmailAddress {
    /// An e-mail address, normalised; everything that is none has the wrong format.
    package static var emailAddress: FieldRule {
        .format("email", standIn: .standIn, maximumLength: 320, message: "Must be an e-mail address.") { EmailAddress($0) }
    }
}
