package import API
import Content
package import GameRules

/// The badges this version of the program ships, as its data file tells them; the rows of the database are made after it.
package struct BadgeCatalogue: Sendable, Equatable {
    /// One badge of the file.
    package struct Entry: Sendable, Equatable {
        package let rule: BadgeRule
        package let name: String
        package let text: String
        package let category: BadgeDefinition.Category
        package let rarity: BadgeDefinition.Rarity
        /// The condition in a few words.
        package let condition: String
        package let iconURL: String?
    }

    package let entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }

    /// What is wrong with a data file.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Reads `{"badges":[…]}`.
    package init(json: JSONValue) throws {
        guard let badges = json.objectValue?["badges"]?.arrayValue else { throw Malformed(description: "there are no badges") }
        entries = try badges.map { try Entry(json: $0) }
        guard Set(entries.map(\.rule.slug)).count == entries.count else { throw Malformed(description: "a slug is there twice") }
    }

    /// The program's own.
    package static func embedded() throws -> BadgeCatalogue {
        try BadgeCatalogue(json: JSONParser().parse(BadgeContent.json))
    }
}

extension BadgeCatalogue.Entry {
    init(json: JSONValue) throws {
        func text(_ name: String) throws -> String {
            guard let value = json.objectValue?[name]?.stringValue else {
                throw BadgeCatalogue.Malformed(description: "a badge has no \(name)")
            }
            return value
        }
        func number(_ name: String) throws -> Int64 {
            guard let value = json.objectValue?[name]?.int64Value else {
                throw BadgeCatalogue.Malformed(description: "a badge has no \(name)")
            }
            return value
        }
        let slug = try text("slug")
        let settings = json.objectValue?["trigger_config"]?.objectValue
        guard let category = BadgeDefinition.Category(rawValue: try text("category")),
            let rarity = BadgeDefinition.Rarity(rawValue: try text("rarity")),
            let kind = BadgeTrigger.Kind(rawValue: try text("trigger_type")),
            let trigger = BadgeTrigger(
                kind: kind,
                threshold: settings?["threshold"]?.doubleValue,
                event: settings?["event"]?.stringValue
            )
        else { throw BadgeCatalogue.Malformed(description: "\(slug) is malformed") }
        rule = BadgeRule(
            slug: slug,
            sortOrder: Int(try number("sort_order")),
            xpReward: try number("xp_reward"),
            isActive: json.objectValue?["is_active"]?.boolValue ?? true,
            trigger: trigger
        )
        name = try text("name")
        self.text = try text("description")
        self.category = category
        self.rarity = rarity
        condition = try text("trigger")
        iconURL = json.objectValue?["icon_url"]?.stringValue
    }
}
