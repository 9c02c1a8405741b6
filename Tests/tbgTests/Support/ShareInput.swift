import Bitcoin
import Development
import Foundation
import GameRules
import Platform
import Postgres
import Redis

/// A known input of shares over several days, users and workers, and what follows from it by simple arithmetic.
struct ShareInput: Sendable {
    struct Share: Sendable {
        let id: UUID
        let address: String
        let worker: String
        let time: Instant
        let assigned: Double
        let achieved: Double
        let isAccepted: Bool
        /// Why it was rejected; nil when accepted, and when the pool gave no reason.
        let reason: String?

        var work: Double { isAccepted ? min(assigned, achieved) : 0 }

        /// The entry as the pool's earlier collector writes it: no `recv`, everything about the share in `data`.
        var command: RedisCommand {
            let why = reason.map { #","reject_reason":"\#($0)""# } ?? ""
            let data = """
                {"user":"\(address)","worker":"\(address).\(worker)","diff":\(assigned),"sdiff":\(achieved),"accepted":\(isAccepted)\(why)}
                """
            return .xadd(
                "mining:share_submitted",
                fields: [
                    ("event", "share_submitted"), ("event_id", .string(id.uuidString.lowercased())), ("ts", .string(time.decimalSeconds)),
                    ("source", "hosted"), ("data", .string(data)),
                ]
            )
        }
    }

    let shares: [Share]
    /// Whose shares may be rejected: a rejected share counts only for an owner who is known, and who is first is chance when several store.
    let known: [String]

    /// Makes the owners who must be there before the first share.
    var owners: SQL {
        let now = Clock.system.now()
        return "insert into users (btc_address, created_at, updated_at) select address, \(now), \(now) from unnest(\(known)) as address"
    }

    /// - Parameter now: the newest share is a little older; the oldest about two days.
    init(count: Int, now: Instant, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let addresses = DemoUsers.population(10, network: .mainnet)
        let known = Array(addresses.prefix(5))
        self.known = known
        shares = (0..<count).map { _ -> Share in
            let assigned: Double = [512.0, 1024, 1500.5, 4096].randomElement(using: &random) ?? 512
            let address = addresses.randomElement(using: &random) ?? ""
            let isAccepted = !known.contains(address) || Int.random(in: 0..<20, using: &random) != 0
            let luck: Double = Double.random(in: 0.0001...1, using: &random)
            return Share(
                id: UUID(),
                address: address,
                worker: "rig\(Int.random(in: 1...3, using: &random))",
                time: now.adding(milliseconds: -Int64.random(in: 1000...172_800_000, using: &random)),
                assigned: assigned,
                achieved: isAccepted ? assigned / luck * Double.random(in: 0.9...1, using: &random) : assigned / 2,
                isAccepted: isAccepted,
                reason: isAccepted ? nil : ["stale", "duplicate", nil].randomElement(using: &random) ?? nil
            )
        }
    }

    /// Counts, work, sum of achieved difficulties and best of some shares.
    struct Sum: Sendable, Equatable {
        var total = 0
        var accepted = 0
        var work = 0.0
        var achieved = 0.0
        var best = 0.0

        mutating func add(_ share: Share) {
            total += 1
            guard share.isAccepted else { return }
            accepted += 1
            work += share.work
            achieved += share.achieved
            best = max(best, share.achieved)
        }

        /// Equal but for the rounding of sums added in another order (spec 03a §9).
        func isClose(to other: Sum) -> Bool {
            func close(_ left: Double, _ right: Double) -> Bool { abs(left - right) <= 1e-9 * max(abs(left), abs(right)) }
            return total == other.total && accepted == other.accepted && best == other.best && close(work, other.work)
                && close(achieved, other.achieved)
        }
    }

    /// Sums of the shares grouped by a text, but for those without.
    func sums(by key: (Share) -> String?) -> [String: Sum] {
        shares.reduce(into: [:]) { sums, share in
            if let key = key(share) { sums[key, default: Sum()].add(share) }
        }
    }
}
