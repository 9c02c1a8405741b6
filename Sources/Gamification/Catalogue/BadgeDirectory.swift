import GameRules
import Platform
import Postgres
import Synchronization

/// Slugs by id and the number of active badges, kept in the process for a minute: definitions change when a version is rolled out.
final class BadgeDirectory: Sendable {
    /// What is known of all definitions.
    struct Contents: Sendable {
        var slugs: [Int32: String] = [:]
        var activeCount = 0
        fileprivate(set) var readAt = Instant.unixEpoch
    }

    private static let lifeSeconds: Int64 = 60

    private let database: PostgresClient
    private let known = Mutex(Contents())

    init(database: PostgresClient) {
        self.database = database
    }

    /// - Parameter badges: ids that must be among them; a new one is looked up at once.
    func contents(naming badges: [Int32] = [], at now: Instant) async throws -> Contents {
        let known = known.withLock { $0 }
        let age = now.seconds(since: known.readAt)
        let isFresh = age >= 0 && age < Self.lifeSeconds && !known.slugs.isEmpty
        if isFresh, badges.allSatisfy({ known.slugs[$0] != nil }) { return known }
        var contents = Contents()
        for row in try await database.query(SQL.named("badge_slugs", "select id, slug, is_active from badge_definitions")) {
            let (id, slug, isActive) = try row.decode((Int32, String, Bool).self)
            contents.slugs[id] = slug
            contents.activeCount += isActive ? 1 : 0
        }
        contents.readAt = now
        self.known.withLock { $0 = contents }
        return contents
    }
}
