import API
import GameRules
import Mining
import NIOCore

/// A user's hashrates and those of the workers, as live messages tell them (spec 04 §8 `hashrate_update`).
struct HashrateReport: Sendable, Equatable {
    /// A figure that moved by less, in relation to the one told last, is no news.
    private static let threshold = 0.001

    let total: LiveReader.UserFigures
    let workers: [WorkerBoard.Line]

    /// Whether any figure has moved, or any worker has come, gone or changed its state.
    func differs(from told: HashrateReport) -> Bool {
        guard total.workersOnline == told.total.workersOnline, workers.count == told.workers.count else { return true }
        if Self.moved(total.hashrates, told.total.hashrates) { return true }
        let before = Dictionary(told.workers.map { ($0.name, $0) }) { first, _ in first }
        return workers.contains { worker in
            guard let last = before[worker.name] else { return true }
            return worker.isOnline != last.isOnline || Self.moved(worker.hashrates, last.hashrates)
        }
    }

    private static func moved(_ new: Hashrates, _ old: Hashrates) -> Bool {
        [\Hashrates.oneMinute, \.fiveMinutes, \.oneHour, \.oneDay].contains { rate in
            let change = abs(new[keyPath: rate] - old[keyPath: rate])
            return change > 0 && change >= threshold * old[keyPath: rate]
        }
    }

    /// The message's object.
    func data(at now: Instant) -> ByteBuffer {
        var json = JSONWriter(capacity: 256 + 192 * workers.count)
        json.beginObject()
        json.name("type")
        json.string("hashrate_update")
        Self.write(total.hashrates, to: &json)
        json.name("workers_online")
        json.integer(total.workersOnline)
        json.name("workers")
        json.beginArray()
        for worker in workers {
            json.beginObject()
            json.name("name")
            json.string(worker.name)
            json.name("status")
            json.string(worker.isOnline ? "online" : "offline")
            Self.write(worker.hashrates, to: &json)
            json.endObject()
        }
        json.endArray()
        json.name("time")
        json.string(now.rfc3339)
        json.endObject()
        return json.buffer
    }

    private static func write(_ hashrates: Hashrates, to json: inout JSONWriter) {
        json.name("hashrate_1m")
        json.double(hashrates.oneMinute)
        json.name("hashrate_5m")
        json.double(hashrates.fiveMinutes)
        json.name("hashrate_1h")
        json.double(hashrates.oneHour)
        json.name("hashrate_24h")
        json.double(hashrates.oneDay)
    }
}
