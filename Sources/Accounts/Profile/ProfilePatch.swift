import API

/// What a PATCH of a profile says (spec 02 §8.2).
struct ProfilePatch: EndpointInput {
    let displayName: Patch<DisplayName>
    let countryCode: Patch<String>
    let avatarURL: Patch<String>
    let bio: Patch<String>
    let mode: InterfaceMode?

    init(from fields: inout RequestFields) {
        displayName = fields.patch("display_name", .displayName, doc: "Unique without regard to case; null clears")
        countryCode = fields.patch("country_code", .countryCode, doc: "ISO 3166-1 alpha-2; null clears")
        avatarURL = fields.patch("avatar_url", .avatarURL, doc: "https; null clears")
        bio = fields.patch("bio", .bio, doc: "Null or an empty text clears")
        mode = fields.change("ui_mode", .oneOf())
    }
}

/// How much of the interface a user wants to see.
enum InterfaceMode: String, CaseIterable, Sendable {
    case full, simple
}
