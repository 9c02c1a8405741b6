import API
import GameRules
import HTTPTypes
import Platform

/// The level table (spec 05 §9 no. 3).
enum LevelRoutes {
    static let list = Endpoint<NoInput, LevelList>(
        .get,
        "/api/v1/levels",
        id: "listLevels",
        tag: GamificationRoutes.tag,
        summary: "The level table",
        auth: .none,
        rate: .relaxed,
        cache: .public(maxAgeSeconds: 3600)
    )

    static func add(to table: inout RouteTable<AppContext>) {
        table.add(list) { _, _ in LevelList(levels: LevelTable.levels.map(LevelItem.init)) }
    }
}

/// A row of the level table.
struct LevelItem: ResponseObject {
    let level: Level

    static let fields = JSONFields<LevelItem>()
        .field("level", \.level.number)
        .field("title", \.level.title)
        .field("xp_required", \.level.displayedXPRequired, "For display; from level 15 up it is not the step between rows")
        .field("cumulative", \.level.cumulativeXP, "XP needed in total")
}

/// All levels.
struct LevelList: ResponseObject {
    let levels: [LevelItem]

    static let fields = JSONFields<LevelList>().field("levels", \.levels, "Ascending")
}
