import Foundation

/// Spellings of one name reduced to one text.
enum NameFolding {
    /// NFKC with full case folding. Folding is per character, by way of upper case, so that ß equals SS and ς equals σ; going on to
    /// normalise keeps what folding decomposes in one form.
    static func normalized(_ text: String) -> String {
        let folded = folded(text.precomposedStringWithCompatibilityMapping)
        return DisplayName.collapsed(folded.precomposedStringWithCompatibilityMapping)
    }

    /// A normalised text as a reader might take it: without marks, and with letters of other scripts replaced by the Latin ones they
    /// look like (after Unicode TR 39). Good for comparing with fixed Latin words, for nothing else.
    static func skeleton(_ normalized: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in normalized.decomposedStringWithCompatibilityMapping.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: continue
            default: result.append(lookalikes[scalar] ?? scalar)
            }
        }
        return String(result)
    }

    private static func folded(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { folded, scalar in
            for upper in scalar.properties.uppercaseMapping.unicodeScalars { folded += upper.properties.lowercaseMapping }
        }
    }

    /// Small letters that are drawn like Latin ones: Cyrillic, Greek and Latin of other alphabets.
    private static let lookalikes: [Unicode.Scalar: Unicode.Scalar] = [
        "а": "a", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ӏ": "l", "ј": "j", "к": "k", "м": "m", "о": "o", "р": "p", "ѕ": "s",
        "т": "t", "у": "y", "х": "x", "ԛ": "q", "ѡ": "w", "ԝ": "w", "г": "r", "п": "n", "ь": "b", "в": "b",
        "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "u", "χ": "x",
        "γ": "y", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ɪ": "i", "ո": "n", "օ": "o", "ս": "u", "հ": "h", "ց": "g", "ı": "i", "ł": "l", "ø": "o",
        "đ": "d", "ħ": "h", "ŧ": "t",
    ]
}

/// Names nobody may take, because they speak for the service or for an unnamed miner (spec 02 §8.2).
enum ReservedNames {
    private static let words: Set<String> = [
        "admin", "administrator", "moderator", "support", "system", "root", "official", "thebitcoingame", "tbg",
    ]

    /// - Parameter normalized: a name as ``NameFolding/normalized(_:)`` leaves it. Separators and borrowed letters do not make
    ///   another word of a reserved one.
    static func contains(_ normalized: String) -> Bool {
        let skeleton = NameFolding.skeleton(normalized)
        return words.contains(skeleton.filter { !" _-.".contains($0) }) || isUnnamedMiner(skeleton)
    }

    /// `miner`, at most one space or hyphen, digits.
    private static func isUnnamedMiner(_ text: String) -> Bool {
        guard text.hasPrefix("miner") else { return false }
        var rest = text.dropFirst("miner".count)
        if let first = rest.first, first == "-" || first == " " { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.unicodeScalars.allSatisfy { $0.properties.generalCategory == .decimalNumber }
    }
}
