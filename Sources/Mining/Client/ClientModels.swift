import API
import Accounts
import Foundation
import GameRules

/// The miner a path names. Whatever stands there is looked up; what cannot even be read is nobody's.
struct ClientPath: EndpointInput {
    let address: String

    init(from fields: inout RequestFields) {
        address = fields.path("address", .string(0...4096), orThrow: .userNotFound, doc: "Bech32 in either case")
    }
}

/// A miner in the form that firmware and dashboards of small solo pools poll: names in camel case, difficulties of workers as text.
struct ClientStatus: ResponseObject {
    /// Lifetime.
    let bestDifficulty: Double
    let workers: [ClientWorker]

    static let fields = JSONFields<ClientStatus>()
        .field("bestDifficulty", \.bestDifficulty)
        .field("workersCount", \.workers.count, "Workers online")
        .field("workers", \.workers)
}

/// A worker online, without what is nobody's business (spec 10 §2 rule 4): a number for its name, its hashrate and times rounded.
struct ClientWorker: ResponseObject {
    /// Place among the user's workers by age, from 1: the same from poll to poll.
    let ordinal: Int
    let bestDifficulty: Double
    /// H/s.
    let hashrate: Double
    let startedAt: Instant
    let lastSeen: Instant

    /// Eight hexadecimal digits, as extranonces are.
    private var sessionID: String {
        let digits = String(ordinal, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    static let fields = JSONFields<ClientWorker>()
        .field("sessionId", \.sessionID, "Stands for the worker, the same from poll to poll")
        .field("name", { "worker-\($0.ordinal)" }, "Not the name the miner chose")
        .field("bestDifficulty", { String(format: "%.2f", $0.bestDifficulty) })
        .field("hashRate", { Rounding.twoDigits($0.hashrate) }, "H/s over five minutes, two significant digits")
        .field("startTime", { UTCHour(containing: $0.startedAt).start.rfc3339 }, "To the hour")
        .field("lastSeen", { Rounding.minute($0.lastSeen).rfc3339 }, "To the minute")
}

/// What makes figures of one miner inexact.
enum Rounding {
    /// The nearest number of two significant digits, halves away from zero; below 10 the nearest integer.
    static func twoDigits(_ value: Double) -> Double {
        guard value.isFinite, value > 0 else { return 0 }
        var scale = 1.0
        while value / scale >= 99.5 { scale *= 10 }
        return (value / scale).rounded(.toNearestOrAwayFromZero) * scale
    }

    /// The begin of the minute.
    static func minute(_ instant: Instant) -> Instant {
        Instant(secondsSinceUnixEpoch: instant.secondsSinceUnixEpoch / 60 * 60)
    }
}
