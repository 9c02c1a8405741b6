import Foundation
import GameRules
import Testing

@testable import Mining

@Suite("Batch delta")
struct BatchDeltaTests {
    static func share(
        _ time: String,
        user: Int64 = 1,
        worker: Int64 = 1,
        assigned: Double = 1000,
        achieved: Double = 2000,
        accepted: Bool = true
    ) throws -> OwnedShare {
        OwnedShare(
            time: try #require(Instant(rfc3339: time)),
            eventID: UUID(),
            userID: UserID(user),
            workerID: worker,
            address: "a",
            workerName: "w",
            difficulty: assigned,
            achieved: achieved,
            isAccepted: accepted,
            source: "hosted",
            region: "eu"
        )
    }

    @Test("Work is the smaller of assigned and achieved, and nothing for a rejected share")
    func work() throws {
        #expect(try Self.share("2026-02-25T00:00:00Z", assigned: 65536, achieved: 70000).work == 65536)
        #expect(try Self.share("2026-02-25T00:00:00Z", assigned: 65536, achieved: 60000).work == 60000)
        #expect(try Self.share("2026-02-25T00:00:00Z", accepted: false).work == 0)
    }

    @Test("A rejected share is counted and changes neither best nor presence")
    func rejected() throws {
        let delta = BatchDelta([try Self.share("2026-02-25T10:00:00Z", accepted: false)])
        let user = try #require(delta.users[UserID(1)])
        #expect(user.tally.rejected == 1 && user.tally.best == 0 && user.lastAcceptedAt == nil)
        #expect(delta.bests.isEmpty)
        #expect(delta.days.values.allSatisfy { $0.presence.minutes == 0 })
    }

    @Test("Rejected shares are counted by worker, day and reason; accepted ones have none")
    func rejects() throws {
        func rejected(_ time: String, _ worker: Int64, _ reason: String?) throws -> OwnedShare {
            var share = try Self.share(time, worker: worker, accepted: false)
            share.rejectReason = reason
            return share
        }
        let delta = BatchDelta([
            try rejected("2026-02-24T23:59:59.999999Z", 1, "stale"), try rejected("2026-02-25T00:00:00Z", 1, "stale"),
            try rejected("2026-02-25T10:00:00Z", 1, "stale"), try rejected("2026-02-25T10:00:00Z", 1, nil),
            try rejected("2026-02-25T10:00:00Z", 2, "stale"), try Self.share("2026-02-25T10:00:00Z"),
        ])
        let day = UTCDay(containing: try #require(Instant(rfc3339: "2026-02-25T00:00:00Z")))
        #expect(
            delta.rejects == [
                .init(worker: 1, day: day.previous, reason: "stale"): 1, .init(worker: 1, day: day, reason: "stale"): 2,
                .init(worker: 1, day: day, reason: ""): 1, .init(worker: 2, day: day, reason: "stale"): 1,
            ]
        )
    }

    @Test("Microseconds before and after Monday midnight belong to different days, weeks and hours")
    func boundary() throws {
        let delta = BatchDelta([try Self.share("2026-02-22T23:59:59.999999Z"), try Self.share("2026-02-23T00:00:00Z")])
        #expect(delta.workerDays.count == 2)
        #expect(delta.hours.count == 2)
        #expect(Set(delta.bests.keys.filter { $0.timeframe == .week }.map(\.period)) == ["2026-W08", "2026-W09"])
        #expect(delta.bests.keys.filter { $0.timeframe == .month }.count == 1)
    }

    @Test("A share at 23:57 is present for three minutes that day and two the next")
    func presenceOverMidnight() throws {
        let delta = BatchDelta([try Self.share("2026-02-22T23:57:30Z")])
        let days = delta.days.sorted { $0.key < $1.key }.map(\.value.presence.minutes)
        #expect(days == [3, 2])
    }

    @Test("Equal bests keep the first achiever, whatever the order")
    func ties() throws {
        let early = try Self.share("2026-02-25T10:00:00Z", achieved: 5000)
        let late = try Self.share("2026-02-25T11:00:00Z", achieved: 5000)
        for order in [[early, late], [late, early]] {
            let delta = BatchDelta(order)
            #expect(delta.users[UserID(1)]?.tally.bestAt == early.time)
            #expect(delta.bests.values.allSatisfy { $0.eventID == early.eventID })
        }
    }

    @Test("Folding in any order gives the same counts")
    func orderDoesNotMatter() throws {
        var generator = SystemRandomNumberGenerator()
        var shares: [OwnedShare] = []
        for index in 0..<200 {
            let achieved = Double(index * 37 % 5000)
            let time = "2026-02-2\(index % 9)T1\(index % 10):00:00Z"
            shares.append(
                try Self.share(
                    time,
                    user: Int64(index % 7),
                    worker: Int64(index % 11),
                    assigned: 1024,
                    achieved: achieved,
                    accepted: index % 13 != 0
                )
            )
        }
        let first = BatchDelta(shares)
        let second = BatchDelta(shares.shuffled(using: &generator))
        #expect(first.users == second.users)
        #expect(first.days == second.days)
        #expect(first.hours == second.hours)
        #expect(first.workerDays == second.workerDays)
        #expect(first.poolHours == second.poolHours)
    }

    @Test("Presence survives its stored form")
    func presenceBytes() {
        var presence = PresenceMinutes()
        presence.insert(0..<5)
        presence.insert(1438..<1443)
        presence.insert(700..<701)
        #expect(presence.bytes.count == 180)
        #expect(PresenceMinutes(bytes: presence.bytes) == presence)
        #expect(presence.minutes == 8)
    }
}
