import API
import NIOCore
import GameRules
package import Platform

/// The messages of channel `gamification` (spec 05 §10): all experience first, then badges in their order, then levels, then streaks.
extension GameOutcome {
    package var messages: [Publisher.Personal] {
        (isSummed ? summed : paid.map(Self.message)) + earned.sorted { ($0.user, $0.badge) < ($1.user, $1.badge) }.map(Self.message)
            + risen.map(Self.message) + last
    }

    private static let channel: StaticString = "gamification"

    private static func message(_ paid: Paid) -> Publisher.Personal {
        message(to: paid.grant.user, paid.grant.amount, paid.grant.source.rawValue, paid.grant.sourceID, paid.totalXP, paid.level)
    }

    private static func message(
        to user: UserID,
        _ amount: Int64,
        _ source: String,
        _ sourceID: String?,
        _ totalXP: Int64,
        _ level: Int
    ) -> Publisher.Personal {
        Publisher.Personal(to: user, channel: channel, type: "xp_gained") { json in
            json.name("amount")
            json.integer(amount)
            json.name("source")
            json.string(source)
            json.name("source_id")
            if let sourceID { json.string(sourceID) } else { json.null() }
            json.name("total_xp")
            json.integer(totalXP)
            json.name("level")
            json.integer(level)
        }
    }

    /// One message for everything a user got.
    private var summed: [Publisher.Personal] {
        var sums: [UserID: (amount: Int64, last: Paid)] = [:]
        for paid in paid { sums[paid.grant.user] = ((sums[paid.grant.user]?.amount ?? 0) + paid.grant.amount, paid) }
        return sums.sorted { $0.key < $1.key }.map { user, sum in
            Self.message(to: user, sum.amount, sum.last.grant.source.rawValue, nil, sum.last.totalXP, sum.last.level)
        }
    }

    private static func message(_ earned: Earned) -> Publisher.Personal {
        Publisher.Personal(to: earned.user, channel: channel, type: "badge_earned") { json in
            let badge = earned.badge
            json.name("badge_slug")
            json.string(badge.rule.slug)
            json.name("badge_name")
            json.string(badge.name)
            json.name("description")
            json.string(badge.text)
            json.name("category")
            json.string(badge.category.rawValue)
            json.name("rarity")
            json.string(badge.rarity.rawValue)
            json.name("xp_reward")
            json.integer(badge.rule.xpReward)
            json.name("earned_at")
            json.string(earned.at.rfc3339)
            json.name("metadata")
            earned.metadata.write(to: &json)
        }
    }

    private static func message(_ risen: Risen) -> Publisher.Personal {
        Publisher.Personal(to: risen.user, channel: channel, type: "level_up") { json in
            json.name("old_level")
            json.integer(risen.rise.old.number)
            json.name("new_level")
            json.integer(risen.rise.new.number)
            json.name("title")
            json.string(risen.rise.new.title)
            json.name("total_xp")
            json.integer(risen.totalXP)
        }
    }
}

extension BadgeMetadata {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        for (key, value) in entries {
            json.name(key)
            json.string(value)
        }
        json.endObject()
    }

    /// The document stored with a badge.
    var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        return String(buffer: writer.buffer)
    }
}
