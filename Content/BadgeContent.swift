import Foundation

/// The badges as data: numbers, words and a picture each (spec 05 §4.1).
public enum BadgeContent {
    /// The condition that earns a badge.
    public struct Trigger: Decodable, Sendable, Hashable {
        /// The value that is compared, at least; absent for events.
        public let threshold: Double?
        /// The name of the event, for triggers of type `event`.
        public let event: String?
    }

    /// One badge.
    public struct Badge: Decodable, Sendable, Hashable {
        /// Place in every list, from 1.
        public let sortOrder: Int
        /// Never renamed or reused.
        public let slug: String
        /// Shown as the title.
        public let name: String
        /// What was done and why it matters, one or two sentences.
        public let description: String
        /// How to earn it, in a few words.
        public let trigger: String
        /// `mining`, `streak`, `node`, `competition` or `social`.
        public let category: String
        /// `common`, `rare`, `epic` or `legendary`; the picture's frame shows it.
        public let rarity: String
        /// Experience that the badge brings.
        public let xpReward: Int64
        /// `share_count`, `best_diff`, `streak`, `block_found` or `event`.
        public let triggerType: String
        /// The numbers or names of the condition.
        public let triggerConfig: Trigger
        /// Whether it can be earned.
        public let isActive: Bool
        /// Path of the picture on this service.
        public let iconURL: String

        private enum CodingKeys: String, CodingKey {
            case sortOrder = "sort_order"
            case slug, name, description, trigger, category, rarity
            case xpReward = "xp_reward"
            case triggerType = "trigger_type"
            case triggerConfig = "trigger_config"
            case isActive = "is_active"
            case iconURL = "icon_url"
        }
    }

    private struct Document: Decodable {
        let badges: [Badge]
    }

    /// The data file, `{"badges":[…]}`.
    public static var json: [UInt8] { PackageResources.badges_json }

    /// All badges by `sort_order`. A file that cannot be read would be empty here; the tests of this target read it.
    public static let all: [Badge] =
        ((try? JSONDecoder().decode(Document.self, from: Data(json)))?.badges ?? []).sorted { $0.sortOrder < $1.sortOrder }

    /// The picture of a badge, SVG of 128 × 128; nil for an unknown slug.
    public static func picture(_ slug: String) -> [UInt8]? { BadgePictures.bySlug[slug] }
}
