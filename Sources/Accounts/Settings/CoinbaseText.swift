/// What a miner writes into the coinbase of a block: `/TheBitcoinGame:<text>/` (spec 02 §8.3).
enum CoinbaseText {
    /// Longest text within the frame, characters.
    static let maximumLength = 40
    private static let opening = "/TheBitcoinGame:"

    /// The text in its frame; a text without one is framed, an empty text stays empty.
    /// - Returns: nil for other characters than `A–Z a–z 0–9 _ . : ! # -`, for a longer text, and for an empty frame.
    static func framed(_ text: String) -> String? {
        guard !text.isEmpty else { return "" }
        let inner = inner(text)
        guard (1...maximumLength).contains(inner.utf8.count), inner.utf8.allSatisfy(isPermitted) else { return nil }
        return "\(opening)\(inner)/"
    }

    /// What stands in the frame, or the text itself when it has none.
    static func inner(_ text: String) -> Substring {
        guard text.hasPrefix(opening), text.hasSuffix("/"), text.count > opening.count else { return text[...] }
        return text.dropFirst(opening.count).dropLast()
    }

    private static func isPermitted(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
