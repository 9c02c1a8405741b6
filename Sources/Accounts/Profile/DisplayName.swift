import Bitcoin
import Foundation
package import GameRules

/// A name a user chose to be shown by (spec 02 §8.2).
package struct DisplayName: Sendable, Equatable {
    /// As it is shown: trimmed, with single spaces.
    package let text: String
    /// What decides whether two names are the same: NFKC, case folded.
    package let normalized: String

    /// Accepts a well-formed name unless it looks like somebody or something else: a reserved word, the name shown for users without one,
    /// or an address of any network.
    /// - Parameter text: collapsed, of permitted characters and length, as ``isWellFormed(_:)`` demands.
    package init?(_ text: String) {
        let normalized = NameFolding.normalized(text)
        guard Self.isWellFormed(text), !ReservedNames.contains(normalized), !Self.isAddress(text) else { return nil }
        self.text = text
        self.normalized = normalized
    }

    /// What is shown for a user who chose no name; never derived from the address (spec 10 §1).
    package static func fallback(for user: UserID) -> String { "Miner-\(user)" }

    /// The text without spaces at its ends and with one space where several follow each other.
    package static func collapsed(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    /// Permitted lengths, Unicode scalars.
    package static let lengths = 3...64

    static func isWellFormed(_ text: String) -> Bool {
        lengths.contains(text.unicodeScalars.count) && hasPermittedCharacters(text) && hasLetterOrDigit(text)
    }

    /// Letters, marks, decimal digits, space, `_`, `-`, `.`; nothing that is invisible by nature.
    static func hasPermittedCharacters(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            if " _-.".unicodeScalars.contains(scalar) { return true }
            guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: return true
            case .nonspacingMark, .spacingMark, .enclosingMark: return true
            default: return false
            }
        }
    }

    static func hasLetterOrDigit(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.generalCategory == .decimalNumber }
    }

    /// Whether the text, or what full-width letters make of it, decodes as an address, of whatever network and type.
    private static func isAddress(_ text: String) -> Bool {
        [text, text.precomposedStringWithCompatibilityMapping].contains { text in
            BitcoinNetwork.allCases.contains { network in
                do throws(AddressError) {
                    _ = try BitcoinAddress(parsing: text, network: network)
                    return true
                } catch {
                    return error != .invalid
                }
            }
        }
    }
}
