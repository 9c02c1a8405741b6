import API
import GameRules

/// The caller's hashrates now (spec 03 §4.3 route 12).
struct CurrentHashrate: ResponseObject {
    let hashrates: Hashrates
    let workersOnline: Int

    static let fields = JSONFields<CurrentHashrate>()
        .field("hashrate_1m", \.hashrates.oneMinute, "H/s")
        .field("hashrate_5m", \.hashrates.fiveMinutes, "H/s")
        .field("hashrate_1h", \.hashrates.oneHour, "H/s")
        .field("hashrate_24h", \.hashrates.oneDay, "H/s")
        .field("workers_online", \.workersOnline)
}

/// Hashrate over a window (spec 03 §4.3 routes 3 and 13).
struct HashrateChart: ResponseObject {
    let window: ChartWindow
    let points: [HashratePoint]
    /// Over the last five minutes, H/s.
    let current: Double

    private var average: Double {
        points.isEmpty ? 0 : points.reduce(0) { $0 + $1.hashrate } / Double(points.count)
    }
    private var peak: Double { points.map(\.hashrate).max() ?? 0 }

    static let fields = JSONFields<HashrateChart>()
        .field("window", \.window.rawValue)
        .field("points", \.points, "Ascending; empty before the first share")
        .field("current", \.current, "H/s over the last five minutes")
        .field("average", \.average, "Mean of the points, H/s; 0 when there are none")
        .field("peak", \.peak, "Greatest point, H/s; 0 when there are none")
}

/// One step of a chart.
struct HashratePoint: ResponseObject, Equatable {
    let time: Instant
    /// H/s.
    let hashrate: Double

    static let fields = JSONFields<HashratePoint>()
        .field("time", \.time.rfc3339, "The snapshot, or the begin of the hours")
        .field("hashrate", \.hashrate, "H/s")
}

/// Which window of the caller's hashrate.
struct ChartInput: EndpointInput {
    let window: ChartWindow

    init(from fields: inout RequestFields) {
        window = fields.query("window", .oneOf(), default: .oneDay)
    }
}

/// Which window of which worker's hashrate. A name no worker of anybody can have is 404, as a foreign one is.
struct WorkerChartInput: EndpointInput {
    let name: String
    let chart: ChartInput

    init(from fields: inout RequestFields) {
        name = fields.path("name", .string(1...128, trims: false), orThrow: HashrateService.workerNotFound)
        chart = ChartInput(from: &fields)
    }
}
