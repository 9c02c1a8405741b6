import Bitcoin
import Foundation
import GameRules
import Redis
import Testing

@testable import Mining

/// Stream entries of our collector, of earlier ones and of other producers (spec 03a §2.3, §3, §4.4).
@Suite("Entry decoder")
struct EntryDecoderTests {
    private static let stream = "mining:share_submitted"
    private let now = EventSample.now
    private var id: StreamID { StreamID(milliseconds: UInt64(now.millisecondsSinceUnixEpoch), sequence: 3) }

    private func decode(_ fields: [(String, String)], stream: String = stream) throws -> MiningEvent {
        try EntryDecoder(network: .mainnet).decode(SampleFields(fields), id: id, stream: stream, now: now)
    }

    private func reason(_ fields: [(String, String)], stream: String = stream) -> String? {
        do { _ = try decode(fields, stream: stream) } catch { return (error as? EventRejection)?.reason ?? "\(error)" }
        return nil
    }

    private var data: String { #"{"user":"\#(SliceRig.address)","worker":"rig1","diff":8,"sdiff":9,"accepted":true}"# }

    @Test("An earlier collector's entry needs no data: its fields are the payload, as text")
    func flat() throws {
        for (accepted, isAccepted) in [("True", true), ("False", false), ("true", true), ("0", false), ("1", true)] {
            let event = try decode([
                ("event", "share_submitted"), ("ts", now.decimalSeconds), ("user", SliceRig.address + ".rig"),
                ("worker", SliceRig.address + ".garage.rig1"), ("diff", "65536.0"), ("sdiff", "70000.25"), ("accepted", accepted),
                ("client_id", "42"), ("ip", "192.0.2.1"), ("reject_reason", ""), ("mood", "good"),
            ])
            guard case .shareSubmitted(let share) = event.payload else { throw EventSample.NoShare() }
            #expect(share.isAccepted == isAccepted && share.difficulty == 65536 && share.achieved == 70000.25 && share.clientID == 42)
            #expect(share.user.workerName == "garage.rig1" && share.user.canonicalAddress == SliceRig.address)
            #expect(event.envelope.time == now && event.envelope.source == .hosted && event.envelope.region == "eu")
        }
    }

    @Test("The same with the payload in data, names not normalised")
    func unnormalised() throws {
        let event = try decode([
            ("event", "share_submitted"), ("timestamp", "2026-02-25T12:00:00Z"),
            ("data", #"{"user":"\#(SliceRig.address)","worker":"\#(SliceRig.address)_rig2","diff":8,"sdiff":9}"#),
        ])
        #expect(event.payload.user?.workerName == "rig2" && event.envelope.time == now)
    }

    @Test("Without an id it is made of stream and entry, the same at every delivery; without a name the stream tells it")
    func derived() throws {
        let first = try decode([("data", data)])
        #expect(first.envelope.id == EventID.derived(stream: Self.stream, entryID: id.description))
        #expect(try decode([("data", data)]).envelope.id == first.envelope.id)
        #expect(first.envelope.id != EventID.derived(stream: Self.stream, entryID: "1-0"))
        #expect(first.envelope.time == EntryDecoder.time(of: id), "nor a time: the entry's")
        // The first 16 bytes of SHA-256("a|1-0").
        #expect(EventID.derived(stream: "a", entryID: "1-0") == UUID(uuidString: "50DA76E1-26A7-BCC0-E7EE-54AFE310B244"))
    }

    @Test("Newer versions, other events, damaged payloads and days long past have their reasons")
    func refusals() {
        let old = now.adding(seconds: -9 * 86_400).decimalSeconds
        for (fields, expected) in [
            ([("v", "1"), ("data", data)], nil), ([("v", "2"), ("data", data)], "unsupported_version"),
            ([("v", "x"), ("data", data)], "bad_v"),
            ([("v", "0"), ("data", data)], "bad_v"), ([("event", "pool_mood"), ("data", data)], nil), ([("data", "{")], "not_json"),
            ([("data", "[]")], "not_json"), ([("data", #"{"user":"a","user":"b"}"#)], "duplicate_member"), ([], "missing_user"),
            ([("ts", old), ("data", data)], "too_old"),
        ] as [([(String, String)], String?)] { #expect(reason(fields) == expected, "\(fields)") }
        #expect(reason([("event", "pool_mood"), ("data", data)], stream: "mining:elsewhere") == "bad_event")
    }

    @Test("The quick decoder finds the same share as the general one, or leaves it the fault")
    func quick() {
        var quick = ShareDecoder(network: .mainnet)
        let whole = [
            ("v", "1"), ("event_id", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"), ("event", "share_submitted"), ("ts", now.decimalSeconds),
            ("recv", now.decimalSeconds), ("source", "hosted"), ("region", "eu"),
        ]
        let address = SliceRig.address
        for data in [
            data, data.replacing("rig1", with: "a~123abc"), data.replacing("true", with: "false"), data.replacing("9", with: "1e400"),
            data.replacing("8", with: "0"), data.replacing("}", with: #","reject_reason":"stale","ip":"192.0.2.1","client_id":7}"#),
            data.replacing("}", with: #","hash":"\#(String(repeating: "A", count: 64))"}"#), data.replacing("}", with: #","mood":1}"#),
            data.replacing("}", with: #","diff":9}"#), data.replacing("}", with: #","nonce":"0g"}"#),
            data.replacing("rig1", with: #"\u0041"#),
            data.replacing(address, with: "bc1qnonsense"), data.replacing(address, with: ""), data + " ", data + "x", "{}", "",
            data.replacing("}", with: #","ntime":"x","job_id":"y","nonce":"00ff","nonce2":"0011"}"#), data.replacing("8", with: "-8"),
            data.replacing("}", with: #","client_id":-1}"#), data.replacing("}", with: #","client_id":1.5}"#),
        ] {
            for fields in [whole, whole.map { $0.0 == "region" ? ("region", "us") : $0 }, whole.map { $0.0 == "ts" ? ("ts", "1") : $0 }] {
                let entry = SampleFields(fields + [("data", data)])
                var first: Result<ShareEvent, EventRejection>
                var second: Result<MiningEvent, EventRejection>
                do throws(EventRejection) { first = .success(try quick.decode(entry, id: id, stream: Self.stream, now: now)) } catch {
                    first = .failure(error)
                }
                do throws(EventRejection) {
                    second = .success(try EntryDecoder(network: .mainnet).decode(entry, id: id, stream: Self.stream, now: now))
                } catch { second = .failure(error) }
                switch (first, second) {
                case (.success(let share), .success(let event)):
                    #expect(share.envelope == event.envelope && .shareSubmitted(share.share) == event.payload, "\(data)")
                case (.failure(let first), .failure(let second)): #expect(first == second, "\(data)")
                default: Issue.record("they differ about \(data)")
                }
            }
        }
    }
}
