import API
import Bitcoin
import GameRules
import NIOCore

/// What a user's past hours contribute to the start page while one hour runs: raw sums, so that the elapsed share of the hour is applied
/// when they are read (spec 04 §3).
struct HourlySums: Sendable, Equatable {
    /// Work of the hour 24 hours before the running one, and of the hour before that.
    var workDayAgo = 0.0
    var workHourBefore = 0.0
    /// Shares of yesterday's hours before the running one's counterpart, and of the counterpart.
    var sharesBefore: Int64 = 0
    var sharesOfCounterpart: Int64 = 0
    var sparklines = Sparklines()

    /// The sums of one hour.
    struct Hour: Sendable {
        let hour: UTCHour
        let total: Int64
        let accepted: Int64
        let work: Double
        let best: Double
    }

    init() {}

    /// - Parameter running: the hour that runs; later hours do not count.
    init(_ hours: [Hour], running: UTCHour) {
        let yesterday = running.day.previous
        for sums in hours {
            let age = sums.hour.distance(to: running)
            if age == 24 { workDayAgo = sums.work }
            if age == 25 { workHourBefore = sums.work }
            if age == 24 { sharesOfCounterpart = sums.total }
            if age > 24, sums.hour.day == yesterday { sharesBefore += sums.total }
            guard (1...Sparklines.hours).contains(age) else { continue }
            let index = Sparklines.hours - age
            sparklines.hashrate[index] = Hashrate(work: Work(sums.work), seconds: 3600).hashesPerSecond
            sparklines.shares[index] = sums.accepted
            sparklines.difficulty[index] = sums.best
        }
    }

    /// The hours needed: yesterday's from midnight on, and the one 25 hours ago, which at midnight is of the day before.
    static func span(before running: UTCHour) -> Range<UTCHour> {
        min(running.day.previous.hour(0), running.advanced(by: -25))..<running
    }

    /// Hashrate of the sixty minutes that ended 24 hours ago, H/s.
    func hashrateYesterday(at now: Instant) -> Double {
        let elapsed = Self.elapsed(at: now)
        return Hashrate(work: Work(elapsed * workDayAgo + (1 - elapsed) * workHourBefore), seconds: 3600).hashesPerSecond
    }

    /// Shares of yesterday until this time of the day.
    func sharesYesterday(at now: Instant) -> Double {
        Double(sharesBefore) + Self.elapsed(at: now) * Double(sharesOfCounterpart)
    }

    /// The share of the running hour that has passed, 0..<1.
    private static func elapsed(at now: Instant) -> Double {
        Double(now.microseconds(since: UTCHour(containing: now).start)) / 3_600_000_000
    }
}

/// The form they are kept in: a JSON array.
extension HourlySums {
    var encoded: ByteBuffer {
        var json = JSONWriter()
        json.beginArray()
        json.double(workDayAgo)
        json.double(workHourBefore)
        json.integer(sharesBefore)
        json.integer(sharesOfCounterpart)
        sparklines.encode(to: &json)
        json.endArray()
        return json.buffer
    }

    init?(encoded: ByteBuffer) {
        guard let json = try? JSONParser().parse(encoded.readableBytesView), let workDayAgo = json[0]?.doubleValue,
            let workHourBefore = json[1]?.doubleValue, let sharesBefore = json[2]?.int64Value,
            let sharesOfCounterpart = json[3]?.int64Value, let sparklines = Sparklines(json[4])
        else { return nil }
        self.workDayAgo = workDayAgo
        self.workHourBefore = workHourBefore
        self.sharesBefore = sharesBefore
        self.sharesOfCounterpart = sharesOfCounterpart
        self.sparklines = sparklines
    }
}

extension Sparklines {
    /// Reads what was written; nil for anything else.
    init?(_ json: JSONValue?) {
        hashrate = (json?["hashrate"]?.arrayValue ?? []).compactMap(\.doubleValue)
        shares = (json?["shares"]?.arrayValue ?? []).compactMap(\.int64Value)
        difficulty = (json?["difficulty"]?.arrayValue ?? []).compactMap(\.doubleValue)
        guard [hashrate.count, shares.count, difficulty.count].allSatisfy({ $0 == Self.hours }) else { return nil }
    }
}
