package import GameRules

/// A badge as the database defines it (spec 05 §4.1).
package struct BadgeDefinition: Sendable, Hashable {
    /// Column `category`.
    package enum Category: String, Sendable, CaseIterable {
        case mining, streak, node, competition, social
    }

    /// Column `rarity`, the rarest last.
    package enum Rarity: String, Sendable, CaseIterable {
        case common, rare, epic, legendary
    }

    /// The row's id.
    package let id: Int32
    package let rule: BadgeRule
    package let name: String
    package let text: String
    package let category: Category
    package let rarity: Rarity

    package init(id: Int32, rule: BadgeRule, name: String, text: String, category: Category, rarity: Rarity) {
        self.id = id
        self.rule = rule
        self.name = name
        self.text = text
        self.category = category
        self.rarity = rarity
    }
}

extension BadgeDefinition: Comparable {
    /// The order of every list.
    package static func < (left: BadgeDefinition, right: BadgeDefinition) -> Bool {
        (left.rule.sortOrder, left.rule.slug) < (right.rule.sortOrder, right.rule.slug)
    }
}
