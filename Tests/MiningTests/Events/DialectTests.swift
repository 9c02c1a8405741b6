import API
import Foundation
import GameRules
import Testing

@testable import Mining

/// The three ways a pool writes events, and the names of the dotted one (spec 03a §2.1, §13.1–§13.3).
@Suite("Dialects")
struct DialectTests {
    private func dotted(_ type: String, _ payload: String) -> String {
        """
        {"event_id":"0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","type":"\(type)","timestamp":"\(EventSample.now.rfc3339)","pool_instance":"p",\
        "payload":{\(payload)}}
        """
    }

    private static func route(stream: String?, isLogged: Bool) throws -> EventRoute {
        var route = EventRoute(try EventSample.parse(#"{"event":"x"}"#), logsShares: true)
        route.stream = stream
        route.isLogged = isLogged
        return route
    }

    private var who: String { #""address":"\#(SliceRig.address)","worker":"rig1""# }

    @Test("Work is the smaller of the two difficulties of an accepted share, and nothing of a rejected one")
    func native() throws {
        for (members, work) in [
            (#""diff":65536,"sdiff":70000"#, 65536), (#""diff":65536,"sdiff":60000"#, 60000),
            (#""diff":65536,"sdiff":70000,"accepted":false"#, 0),
        ] as [(String, Double)] {
            #expect(try EventSample.share(try EventSample.parse(EventSample.native(members))).work == work)
        }
    }

    @Test("In a dotted share diff is achieved and sdiff the target")
    func dottedShare() throws {
        let event = try EventSample.parse(dotted("share.accepted", who + #","diff":128.5,"sdiff":64,"hash":"""#))
        let share = try EventSample.share(event)
        #expect(share.difficulty == 64 && share.achieved == 128.5 && share.work == 64 && share.isAccepted)
        #expect(share.user.canonicalAddress == SliceRig.address && event.envelope.time == EventSample.now && event.hasOwnID)
    }

    @Test("A submission before its validation is logged and read by nobody")
    func submitted() throws {
        let event = try EventSample.parse(dotted("share.submitted", who + #","diff":128.5"#))
        #expect(event.payload == nil)
        #expect(try EventRoute(event, logsShares: true) == Self.route(stream: nil, isLogged: true))
        #expect(try EventRoute(event, logsShares: false) == Self.route(stream: nil, isLogged: false))
    }

    @Test("Every dotted event has its canonical name and members")
    func dottedEvents() throws {
        let hash = String(repeating: "A", count: 64)
        let block = try EventSample.parse(
            dotted("block.found", who + #","height":9,"hash":"\#(hash)","diff":1,"network_diff":2,"reward_sat":312500000"#)
        )
        guard case .blockFound(let found) = block.payload else { throw EventSample.NoShare() }
        #expect(found.rewardSatoshi == 312_500_000 && found.hash == hash.lowercased())
        let connect = try EventSample.parse(dotted("miner.connected", who + #","ip_address":"192.0.2.1","user_agent":"bitaxe/2.6""#))
        guard case .minerConnected(let connected) = connect.payload else { throw EventSample.NoShare() }
        #expect(connected.ip == "192.0.2.1" && connected.userAgent == "bitaxe/2.6")
        let disconnect = try EventSample.parse(
            dotted("miner.disconnected", who + #","session_duration_sec":60.5,"shares_accepted":12"#)
        )
        guard case .minerDisconnected(let disconnected) = disconnect.payload else { throw EventSample.NoShare() }
        #expect(disconnected.sessionSeconds == 60.5 && disconnected.acceptedShares == 12)
        let best = try EventSample.parse(dotted("bestdiff.update", who + #","new_best":9,"previous_best":3,"scope":"weekly""#))
        guard case .bestDifficulty(let record) = best.payload else { throw EventSample.NoShare() }
        #expect(record.best == 9 && record.previousBest == 3 && record.timeframe == .week)
        let retarget = try EventSample.parse(dotted("difficulty.update", who + #","old_diff":1,"new_diff":2"#))
        guard case .difficultyUpdated(let updated) = retarget.payload else { throw EventSample.NoShare() }
        #expect(updated.newDifficulty == 2)
        let rates = try EventSample.parse(
            dotted("hashrate.update", who + #","hashrate_1m":"1.5T","hashrate_5m":"2K","hashrate_1h":0,"hashrate_24h":"3E""#)
        )
        guard case .hashrateUpdate(let hashrate) = rates.payload else { throw EventSample.NoShare() }
        #expect(hashrate.oneMinute == 1.5e12 && hashrate.fiveMinutes == 2000 && hashrate.oneHour == 0 && hashrate.oneDay == 3e18)
        let strange = try EventSample.parse(dotted("pool.mood", #""mood":"good""#))
        #expect(strange.name == "pool.mood" && strange.payload == nil)
    }

    @Test("Events go to their stream; what nobody reads is logged, what nobody knows has a stream of its own")
    func routes() throws {
        func route(_ text: String, logsShares: Bool = true) throws -> EventRoute {
            EventRoute(try EventSample.parse(text), logsShares: logsShares)
        }
        let share = EventSample.native(#""diff":8,"sdiff":9"#)
        #expect(try route(share) == Self.route(stream: "mining:share_submitted", isLogged: true))
        #expect(try route(share, logsShares: false) == Self.route(stream: "mining:share_submitted", isLogged: false))
        #expect(try route(EventSample.native(#""diff":8,"sdiff":9"#, user: "pool")) == Self.route(stream: nil, isLogged: true))
        for name in ["asicboost_detected", "weekly_summary"] {
            #expect(try route(#"{"event":"\#(name)","data":{}}"#) == Self.route(stream: nil, isLogged: true))
        }
        #expect(try route(#"{"event":"pool_mood","data":{}}"#) == Self.route(stream: "mining:unknown", isLogged: true))
        let block = #"{"event":"block_found","data":{"user":"pool","worker":"","height":5}}"#
        #expect(try route(block) == Self.route(stream: "mining:block_found", isLogged: true))
    }
}
