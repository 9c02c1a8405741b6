package import API

/// What a user lets others see (spec 10 §2).
package struct PrivacyChoices: Sendable, Equatable {
    /// Profile, share image and preview page exist for strangers.
    package let publicProfile: Bool
    package let showOnLeaderboard: Bool
    package let showCountryFlag: Bool
    package let showInCoopRankings: Bool
    /// Search engines may list the profile.
    package let searchIndexing: Bool

    /// - Parameter stored: `user_settings.privacy`; keys that are absent have their initial values.
    package init(stored: JSONObject) {
        let settings = UserSettings(stored: [.privacy: stored])
        let values = SettingsGroup.privacy.keys.reduce(into: [:]) { $0[$1.name] = settings.value(.privacy, $1).boolValue }
        publicProfile = values["publicProfile"] ?? false
        showOnLeaderboard = values["showOnLeaderboard"] ?? false
        showCountryFlag = values["showCountryFlag"] ?? false
        showInCoopRankings = values["showInCoopRankings"] ?? false
        searchIndexing = values["searchIndexing"] ?? false
    }
}
