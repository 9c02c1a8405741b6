import API

/// The four groups of settings. Their keys are listed here and nowhere else (spec 02 §8.3).
enum SettingsGroup: String, CaseIterable, Sendable {
    case notifications, privacy, mining, sound

    /// The keys in the order they are shown.
    var keys: [SettingsKey] {
        switch self {
        case .notifications: Self.notificationKeys
        case .privacy: Self.privacyKeys
        case .mining: Self.miningKeys
        case .sound: Self.soundKeys
        }
    }

    private static let notificationKeys: [SettingsKey] = [
        .flag("personalBest", true),
        .flag("badgeEarned", true),
        .flag("worldCupMatch", true),
        .flag("lotteryResults", true),
        .flag("blockFoundAny", false),
        .flag("leaderboardChange", false),
        .flag("coopActivity", false),
        .flag("educationRecommendation", false),
        .flag("inApp", true),
        .flag("browserPush", false),
        .flag("emailNotifications", false),
        .text("email", "", .emailSetting, "Used only while it equals the account's verified address"),
    ]

    private static let privacyKeys: [SettingsKey] = [
        .flag("publicProfile", false, "Whether strangers see a profile; needs a proven address"),
        .flag("showOnLeaderboard", true),
        .flag("showCountryFlag", true),
        .flag("showInCoopRankings", true),
        .flag("searchIndexing", false, "Whether search engines may list the profile"),
    ]

    private static let miningKeys: [SettingsKey] = [
        .text("coinbaseSignature", "", .coinbaseText, "Text in the coinbase of one's blocks; needs a proven address"),
        .choice("difficultyPreference", DifficultyPreference.auto),
    ]

    private static let soundKeys: [SettingsKey] = [
        .choice("mode", SoundMode.subtle),
        .flag("gameSounds", true),
        .number("volume", 80, 0...100, "Percent"),
    ]

    private enum DifficultyPreference: String, CaseIterable { case auto, low, medium, high }
    private enum SoundMode: String, CaseIterable { case off, subtle, full }
}

extension FieldRule where Value == String {
    /// Nothing, or an e-mail address.
    fileprivate static var emailSetting: FieldRule {
        FieldRule.string(0...254).mapped(standIn: "", .format, "Must be an e-mail address.") { text in
            text.isEmpty ? "" : EmailAddress(text)?.text
        }
    }

    /// A text for one's coinbase transactions, framed if it is not.
    fileprivate static var coinbaseText: FieldRule {
        FieldRule.string(0...128)
            .checked(.tooLong, "Must have at most \(CoinbaseText.maximumLength) characters.") {
                CoinbaseText.inner($0).unicodeScalars.count <= CoinbaseText.maximumLength
            }
            .mapped(standIn: "", .format, "May contain letters, digits and _ . : ! # - only.") { CoinbaseText.framed($0) }
    }
}
