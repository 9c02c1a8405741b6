package import API

// What may be written into the fields of a profile (spec 02 §8.2). Registration takes the same rules.

extension FieldRule where Value == DisplayName {
    /// A display name: 3–64 characters after trimming and collapsing of spaces, not reserved and no address.
    package static var displayName: FieldRule {
        FieldRule<String>.string(0...1024)
            .described(.string(TextShape(minimumLength: DisplayName.lengths.lowerBound, maximumLength: DisplayName.lengths.upperBound)))
            .mapped(standIn: "", .format, "Has the wrong format.") { DisplayName.collapsed($0) }
            .checked(.tooShort, "Must have at least \(DisplayName.lengths.lowerBound) characters.") {
                $0.unicodeScalars.count >= DisplayName.lengths.lowerBound
            }
            .checked(.tooLong, "Must have at most \(DisplayName.lengths.upperBound) characters.") {
                $0.unicodeScalars.count <= DisplayName.lengths.upperBound
            }
            .checked(.invalidCharacters, "May contain letters, digits, spaces and _ - . only.", DisplayName.hasPermittedCharacters)
            .checked(.format, "Must contain a letter or a digit.", DisplayName.hasLetterOrDigit)
            .mapped(standIn: DisplayName.standIn, .notAllowed, "This name cannot be used.") { DisplayName($0) }
    }
}

extension FieldRule where Value == String {
    /// A country code; lower case is accepted.
    package static var countryCode: FieldRule {
        FieldRule.string(0...16)
            .described(.string(TextShape(minimumLength: 2, maximumLength: 2)))
            .checked(.format, "Must be a two-letter country code.") { $0.utf8.count == 2 && $0.utf8.allSatisfy(\.isASCIILetter) }
            .mapped(standIn: "", .notAllowed, "Is not an assigned country code.") { CountryCode.assigned($0) }
    }

    /// A picture's address.
    package static var avatarURL: FieldRule {
        FieldRule.string(1...AvatarURL.maximumLength)
            .described(.string(TextShape(format: "uri", maximumLength: AvatarURL.maximumLength)))
            .checked(.format, "Must be an https address without user name.", AvatarURL.isAcceptable)
    }

    /// A few lines about oneself, at most 280 characters.
    package static var bio: FieldRule { .string(0...280, isMultiline: true) }
}

extension DisplayName {
    /// Stands in for a name that was refused.
    fileprivate static let standIn = DisplayName(unchecked: "")

    private init(unchecked text: String) {
        self.text = text
        normalized = text
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
