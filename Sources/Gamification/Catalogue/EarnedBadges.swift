import API
import GameRules
import Postgres

/// A badge the caller has (spec 05 §9 no. 4).
struct EarnedBadge: ResponseObject {
    let slug: String
    let earnedAt: Instant
    let metadata: StoredMetadata

    static let fields = JSONFields<EarnedBadge>()
        .field("slug", \.slug)
        .field("earned_at", \.earnedAt.rfc3339)
        .field("metadata", \.metadata, "Labels and texts to be shown as they are")
}

/// A flat map of texts, passed on as it is stored (spec 05 §4.4).
struct StoredMetadata: JSONEncodable {
    let document: JSONB

    static var jsonSchema: JSONSchema { .dictionary(.string) }

    func encode(to writer: inout JSONWriter) { writer.raw(document.bytes) }
}

/// All badges of a user.
struct EarnedBadges: ResponseObject {
    let earned: [EarnedBadge]
    let totalAvailable: Int

    static let fields = JSONFields<EarnedBadges>()
        .field("earned", \.earned, "Newest first")
        .field("total_available", \.totalAvailable, "Badges there are to earn")
        .field("total_earned", \.earned.count, "Those that can no longer be earned are among them")

    init(rows: [EarnedBadgeStore.Row], directory: BadgeDirectory.Contents) {
        earned = rows.compactMap { row in
            directory.slugs[row.badge].map {
                EarnedBadge(slug: $0, earnedAt: row.earnedAt, metadata: StoredMetadata(document: row.metadata))
            }
        }
        totalAvailable = directory.activeCount
    }
}
