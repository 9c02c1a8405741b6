import Bitcoin
package import GameRules
package import Redis

/// The windows hashrate is shown for.
package struct Hashrates: Sendable, Equatable {
    /// H/s over the last minute, five minutes, hour and day.
    package var oneMinute = 0.0
    package var fiveMinutes = 0.0
    package var oneHour = 0.0
    package var oneDay = 0.0

    package static let zero = Hashrates()
}

/// Work summed in buckets of 10 s, 60 s and 3600 s of pool time; hashrate follows from the sums and the present instant alone, so an
/// idle miner falls to 0 without any job (spec 03a §8.2).
package struct WorkRing: Sendable, Equatable {
    /// One of the three resolutions.
    enum Resolution: Int64, CaseIterable, Sendable {
        case second = 10
        case minute = 60
        case hour = 3600

        /// Buckets before the present one that a ring keeps; a little more than are shown, since pools' clocks differ.
        var kept: Int64 {
            switch self {
            case .second: 36
            case .minute: 61
            case .hour: 25
            }
        }

        var letter: String {
            switch self {
            case .second: "s"
            case .minute: "m"
            case .hour: "h"
            }
        }
    }

    private var sums: [Resolution: [Int64: Double]] = [:]
    /// Accepted shares by minute: rings of workers keep them.
    private(set) var counts: [Int64: Double] = [:]

    package init() {}

    /// Reads a ring's hash; fields of other kinds are ignored.
    package init(fields: some Sequence<(name: String, value: Double)>) {
        for (name, value) in fields {
            if name.hasPrefix("n"), let minute = Int64(name.dropFirst()) { counts[minute] = value }
            guard let resolution = Resolution.allCases.first(where: { name.hasPrefix($0.letter) }), let bucket = Int64(name.dropFirst())
            else {
                continue
            }
            sums[resolution, default: [:]][bucket] = value
        }
    }

    /// Reads the answer to HGETALL of a ring.
    package init(_ reply: RESPValue) {
        self.init(
            fields: (reply.map ?? []).compactMap { pair in
                guard let name = pair.key.string, let value = pair.value.double else { return nil }
                return (name: name, value: value)
            }
        )
    }

    /// The work in the whole buckets of a span.
    func work(_ resolution: Resolution, in span: Range<Instant>) -> Double {
        let buckets =
            span.lowerBound.secondsSinceUnixEpoch / resolution.rawValue..<span.upperBound.secondsSinceUnixEpoch / resolution.rawValue
        return (sums[resolution] ?? [:]).sorted { $0.key < $1.key }.reduce(0.0) { buckets.contains($1.key) ? $0 + $1.value : $0 }
    }

    /// Adds the work of one accepted share.
    package mutating func add(work: Double, at time: Instant) {
        for resolution in Resolution.allCases {
            sums[resolution, default: [:]][time.secondsSinceUnixEpoch / resolution.rawValue, default: 0] += work
        }
    }

    /// Counts one accepted share.
    package mutating func countShare(at time: Instant) { counts[time.secondsSinceUnixEpoch / 60, default: 0] += 1 }

    /// Adds work summed over one bucket of a resolution that begins at an instant.
    mutating func add(work: Double, _ resolution: Resolution, from start: Instant) {
        sums[resolution, default: [:]][start.secondsSinceUnixEpoch / resolution.rawValue, default: 0] += work
    }

    /// The hash fields to increase, with their amounts.
    var increments: [(field: String, amount: Double)] { increments(sinceBucket: { _ in .min }) }

    /// The same without buckets that are too old for any figure at an instant.
    func increments(at now: Instant) -> [(field: String, amount: Double)] {
        increments { now.secondsSinceUnixEpoch / $0.rawValue - $0.kept }
    }

    private func increments(sinceBucket oldest: (Resolution) -> Int64) -> [(field: String, amount: Double)] {
        func fields(_ letter: String, _ buckets: [Int64: Double], from oldest: Int64) -> [(field: String, amount: Double)] {
            buckets.filter { $0.key >= oldest }.sorted { $0.key < $1.key }.map { (letter + String($0.key), $0.value) }
        }
        return Resolution.allCases.flatMap { fields($0.letter, sums[$0] ?? [:], from: oldest($0)) }
            + fields("n", counts, from: oldest(.minute))
    }

    /// The four figures at an instant. Buckets of the future do not count.
    package func hashrates(at now: Instant) -> Hashrates {
        Hashrates(
            oneMinute: hashrate(.second, buckets: 6, at: now),
            fiveMinutes: hashrate(.second, buckets: 30, at: now),
            oneHour: hashrate(.minute, buckets: 60, at: now),
            oneDay: hashrate(.hour, buckets: 24, at: now)
        )
    }

    private func hashrate(_ resolution: Resolution, buckets: Int64, at now: Instant) -> Double {
        let second = now.secondsSinceUnixEpoch
        let current = second / resolution.rawValue
        let work = (sums[resolution] ?? [:]).reduce(0.0) { sum, bucket in
            bucket.key > current - buckets && bucket.key <= current ? sum + bucket.value : sum
        }
        let span = (buckets - 1) * resolution.rawValue + (second - current * resolution.rawValue)
        guard span > 0 else { return 0 }
        return Hashrate(work: Work(work), seconds: Double(span)).hashesPerSecond
    }
}
