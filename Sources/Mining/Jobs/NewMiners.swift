import API
import Feed
import Foundation
package import GameRules
package import Platform
import Postgres

/// Tells everybody how many began to mine on a day, one entry a country (spec 08 §3): at least three, so that nobody is recognised by it.
/// Those whose country is not known are one entry together.
package struct NewMiners: Sendable {
    static let fewest: Int64 = 3

    private let database: PostgresClient
    private let feed: ActivityFeed

    package init(runtime: Runtime) {
        database = runtime.database
        feed = ActivityFeed(runtime: runtime)
    }

    /// Doing it again changes nothing.
    package func run(on day: UTCDay, at now: Instant) async throws {
        let news = try await database.query(Self.select(day), access: .read).decode((String?, Int64).self).map {
            Self.activity(country: $0, count: $1, on: day)
        }
        guard !news.isEmpty else { return }
        try await database.retryingTransaction { try await ActivityStore.insert(news, at: now, in: $0) }
        await feed.announce(keys: news.map(\.feedKey))
    }

    /// Answers country, how many had their first accepted share on the day.
    static func select(_ day: UTCDay) -> SQL {
        SQL.named(
            "new_miners",
            """
            select u.country_code, count(*) from user_daily_stats d join users u on u.id = d.user_id
            where d.day = \(day) and d.accepted_shares > 0 and not u.is_banned
              and not exists (select from user_daily_stats e where e.user_id = d.user_id and e.day < d.day and e.accepted_shares > 0)
            group by 1 having count(*) >= \(fewest) order by 1
            """
        )
    }

    private static func activity(country: String?, count: Int64, on day: UTCDay) -> Activity {
        let name = country.map { Locale(identifier: "en_US").localizedString(forRegionCode: $0) ?? $0 }
        let title = "\(count) new miners" + (name.map { " from \($0)" } ?? "")
        return Activity(
            .newMiners,
            of: nil,
            title: title,
            metadata: country.map { ["country_code": .string($0), "count": .integer(count)] } ?? ["count": .integer(count)],
            headline: Activity.Headline(title),
            dedupeKey: "\(day):\(country ?? "-")"
        )
    }
}
