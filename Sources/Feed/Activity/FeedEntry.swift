import API
package import GameRules

/// A row of `activity_feed` as everybody may read it, before names are put in.
package struct FeedEntry: Sendable, Equatable {
    /// Its place in the feed; also the cursor.
    package let id: Int64
    /// As stored.
    let type: String
    /// The actor.
    package let user: UserID?
    let title: String
    let description: String?
    let metadata: JSONObject
    let createdAt: Instant
}

/// The types the dashboard knows, and what each may tell beside its text. Nothing private can leak through a careless writer
/// (spec 04 §4).
enum FeedItemType: String, Sendable, CaseIterable {
    case block, badge, miner, worldcup, system

    init(stored: String) {
        switch stored {
        case "block_found", "block": self = .block
        case "badge_earned", "badge": self = .badge
        case "new_miners", "new_miner", "miner": self = .miner
        case "world_cup", "worldcup", "match_result": self = .worldcup
        default: self = .system
        }
    }

    private var keys: Set<String> {
        switch self {
        case .block: ["height"]
        case .badge: ["slug", "rarity"]
        case .miner: ["country_code", "count"]
        case .worldcup: ["competition_id", "match_id"]
        case .system: []
        }
    }

    func filtered(_ metadata: JSONObject) -> JSONObject {
        var result = JSONObject()
        for (name, value) in metadata where keys.contains(name) {
            switch value {
            case .string, .integer, .number, .bool: result[name] = value
            case .null, .array, .object: break
            }
        }
        return result
    }
}

/// An item of the feed, with names.
struct FeedItem: ResponseObject {
    let entry: FeedEntry
    /// Under the masking rule.
    let actor: String

    private var type: FeedItemType { FeedItemType(stored: entry.type) }

    static let fields = JSONFields<FeedItem>("FeedItem")
        .field("id", \.entry.id, "Also the cursor: `before_id` of the next page")
        .field("type", \.type.rawValue, "`block`, `badge`, `miner`, `worldcup` or `system`")
        .field("text", { PlainText.naming($0.actor, in: $0.entry.title) }, "Plain text, at most 300 characters")
        .field("description", { item in item.entry.description.map { PlainText.naming(item.actor, in: $0) } })
        .field("time", \.entry.createdAt.rfc3339)
        .field("metadata", { JSONValue.object($0.type.filtered($0.entry.metadata)) })
}
