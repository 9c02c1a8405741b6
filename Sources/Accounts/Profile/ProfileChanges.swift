import API
import GameRules
import Platform
import Postgres

/// The fields of a profile that a user may change, as stored.
struct ProfileContents: Sendable, Equatable {
    var displayName: String?
    var displayNameNormalized: String?
    var countryCode: String?
    var avatarURL: String?
    var bio: String?
    var mode: String

    /// The contents after a patch.
    func applying(_ patch: ProfilePatch) -> ProfileContents {
        var result = self
        switch patch.displayName {
        case .absent: break
        case .null: (result.displayName, result.displayNameNormalized) = (nil, nil)
        case .value(let name): (result.displayName, result.displayNameNormalized) = (name.text, name.normalized)
        }
        result.countryCode = patch.countryCode.applied(to: countryCode)
        result.avatarURL = patch.avatarURL.applied(to: avatarURL)
        result.bio = patch.bio.applied(to: bio).flatMap { $0.isEmpty ? nil : $0 }
        if let mode = patch.mode { result.mode = mode.rawValue }
        return result
    }

    /// Names of the fields that differ.
    func changes(from old: ProfileContents) -> [String] {
        let pairs: [(String, Bool)] = [
            ("display_name", displayName == old.displayName), ("country_code", countryCode == old.countryCode),
            ("avatar_url", avatarURL == old.avatarURL), ("bio", bio == old.bio), ("ui_mode", mode == old.mode),
        ]
        return pairs.filter { !$0.1 }.map(\.0)
    }
}

/// The SQL of profile changes.
enum ProfileChangeStore {
    /// Locks the row and answers the changeable fields.
    static func lock(_ user: UserID) -> SQL {
        SQL.named(
            "profile_lock",
            """
            select display_name, display_name_normalized, country_code, avatar_url, bio, ui_mode
            from users where id = \(user) for no key update
            """
        )
    }

    /// - Throws: 401 when the user is gone.
    static func contents(_ rows: PostgresRows) throws -> ProfileContents {
        guard let row = rows.first else { throw APIError.sessionRevoked }
        let (name, normalized, country, avatar, bio, mode) = try row.decode(
            (String?, String?, String?, String?, String?, String).self
        )
        return ProfileContents(
            displayName: name,
            displayNameNormalized: normalized,
            countryCode: country,
            avatarURL: avatar,
            bio: bio,
            mode: mode
        )
    }

    static func write(_ contents: ProfileContents, of user: UserID, at now: Instant) -> SQL {
        SQL.named(
            "profile_write",
            """
            update users set display_name = \(contents.displayName), display_name_normalized = \(contents.displayNameNormalized),
                country_code = \(contents.countryCode), avatar_url = \(contents.avatarURL), bio = \(contents.bio),
                ui_mode = \(contents.mode), updated_at = \(now)
            where id = \(user)
            """
        )
    }
}
