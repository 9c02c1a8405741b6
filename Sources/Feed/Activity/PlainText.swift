/// Texts that are shown as they are: no controls, nothing that turns the direction of writing, no endless length (spec 04 §4).
enum PlainText {
    /// Longest text of the feed, characters.
    static let maximumLength = 300

    /// The text without what does not belong into it, cut.
    static func cut(_ text: String, to length: Int = maximumLength) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.filter { !isHidden($0) })
        return String(String(scalars).prefix(length))
    }

    /// A text with a name put in for `{actor}`: in its first place, and never in what the name itself says.
    static func naming(_ name: String, in text: String) -> String {
        guard let place = text.firstRange(of: "{actor}") else { return cut(text) }
        return cut(text[..<place.lowerBound] + name + text[place.upperBound...])
    }

    /// What somebody is called who does not want to be named, or is gone (spec 08 §3).
    static let anonymous = "A miner"

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.generalCategory == .control { return true }
        switch scalar.value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: return true
        default: return false
        }
    }
}
