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

        /// What the names of its fields begin with.
        var letter: Unicode.Scalar {
            switch self {
            case .second: "s"
            case .minute: "m"
            case .hour: "h"
            }
        }
    }

    private static let countsLetter: Unicode.Scalar = "n"

    private var seconds = BucketSums()
    private var minutes = BucketSums()
    private var hours = BucketSums()
    /// Accepted shares by minute: rings of workers keep them.
    private var counts = BucketSums()

    package init() {}

    /// Reads the answer to HGETALL of a ring; fields of other kinds are ignored.
    package init(_ answer: RESPFrame) {
        for resolution in Resolution.allCases { self[resolution].reserve(Int(resolution.kept) + 1) }
        answer.forEachPair { name, value in
            guard let letter = name.first else { return }
            if name.bytes.count == 1 {
                RingFields.forEachEntry(of: value) { bucket, amount in append(amount, of: letter, bucket) }
            } else if let bucket = name.integer(after: 1), let amount = value.double {
                append(amount, of: letter, Int64(bucket))
            }
        }
    }

    private mutating func append(_ amount: Double, of letter: UInt8, _ bucket: Int64) {
        // No writer makes infinities; whoever does is not to stop the sums.
        guard amount.isFinite else { return }
        switch Unicode.Scalar(letter) {
        case Resolution.second.letter: seconds.append(amount, of: bucket)
        case Resolution.minute.letter: minutes.append(amount, of: bucket)
        case Resolution.hour.letter: hours.append(amount, of: bucket)
        case Self.countsLetter: counts.append(amount, of: bucket)
        default: break
        }
    }

    private subscript(_ resolution: Resolution) -> BucketSums {
        get {
            switch resolution {
            case .second: seconds
            case .minute: minutes
            case .hour: hours
            }
        }
        _modify {
            switch resolution {
            case .second: yield &seconds
            case .minute: yield &minutes
            case .hour: yield &hours
            }
        }
    }

    /// The work in the whole buckets of a span.
    func work(_ resolution: Resolution, in span: Range<Instant>) -> Double {
        let (start, end) = (span.lowerBound.secondsSinceUnixEpoch, span.upperBound.secondsSinceUnixEpoch)
        return self[resolution].sum(of: start / resolution.rawValue..<end / resolution.rawValue)
    }

    /// Accepted shares of the trailing hour, in buckets of minutes; those of the future do not count.
    func acceptedInHour(at now: Instant) -> Int {
        let current = now.secondsSinceUnixEpoch / Resolution.minute.rawValue
        return Int(exactly: counts.sum(of: current - 59..<current + 1).rounded()) ?? 0
    }

    /// Adds the work of one accepted share.
    package mutating func add(work: Double, at time: Instant) {
        for resolution in Resolution.allCases { add(work: work, resolution, from: time) }
    }

    /// Counts accepted shares of a minute.
    package mutating func count(shares: Int = 1, at time: Instant) {
        counts.add(Double(shares), to: time.secondsSinceUnixEpoch / Resolution.minute.rawValue)
    }

    /// Adds work summed over one bucket of a resolution that begins at an instant.
    mutating func add(work: Double, _ resolution: Resolution, from start: Instant) {
        self[resolution].add(work, to: start.secondsSinceUnixEpoch / resolution.rawValue)
    }

    /// The hash fields to increase with their amounts, without buckets that are too old for any figure at an instant.
    func increments(at now: Instant) -> [(field: String, amount: Double)] {
        func fields(_ letter: Unicode.Scalar, _ buckets: BucketSums, _ resolution: Resolution) -> [(field: String, amount: Double)] {
            let oldest = now.secondsSinceUnixEpoch / resolution.rawValue - resolution.kept
            return buckets.sorted.filter { $0.bucket >= oldest }.map { ("\(letter)\($0.bucket)", $0.amount) }
        }
        return Resolution.allCases.flatMap { fields($0.letter, self[$0], $0) } + fields(Self.countsLetter, counts, .minute)
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
        let work = self[resolution].sum(of: current - buckets + 1..<current + 1)
        let span = (buckets - 1) * resolution.rawValue + (second - current * resolution.rawValue)
        guard span > 0 else { return 0 }
        return Hashrate(work: Work(work), seconds: Double(span)).hashesPerSecond
    }
}
