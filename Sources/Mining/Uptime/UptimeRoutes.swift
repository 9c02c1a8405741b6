import API
import GameRules
import HTTPTypes
import Platform

/// When the caller mined (spec 03 route 15).
enum UptimeRoutes {
    static let uptime = Endpoint<UptimeInput, UptimeCalendar>(
        .get,
        "/api/v1/mining/uptime",
        id: "miningUptime",
        tag: MiningRoutes.tag,
        summary: "Days and minutes the caller mined",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, store: UptimeStore) {
        table.add(uptime) { input, context in
            let principal = try context.requirePrincipal()
            let today = UTCDay(containing: context.now)
            return try await store.calendar(of: principal.user, days: today.advanced(by: 1 - input.days)...today)
        }
    }
}
