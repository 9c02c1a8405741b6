import API
import Bitcoin
import Foundation
import GameRules
import Testing

@testable import Mining

/// What is taken from the socket and what is refused, with its reason (spec 03a §4.2, §12).
@Suite("Datagram parser")
struct DatagramParserTests {
    @Test(
        "What is not one object of JSON is refused",
        arguments: [
            "", "\n", "\u{0}", "null", "[]", "7", #""x""#, "{", #"{"event":"a"}{"event":"b"}"#, #"{"event":"a"} x"#, "{'event':'a'}",
            #"{"event":NaN}"#, #"{"event":"share_submitted","data":{"diff":NaN}}"#, #"{"event":"x","data":{"a":Infinity}}"#,
            #"{"event":"x","data":{"a":1,}}"#, #"{"event":"x","data":{"a":[[[1]]]}}"#, "\u{FEFF}{}",
        ]
    )
    func notJSON(text: String) {
        #expect(EventSample.refusal(text) == "not_json", "\(text)")
    }

    @Test("Bytes that are not UTF-8 are refused, wherever they stand")
    func invalidUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF]] {
            let text = Array(#"{"event":"x","data":{"a":""#.utf8) + bytes + Array(#""}}"#.utf8)
            #expect(EventSample.refusal(text) == "not_json")
            let name = Array(#"{"event":"x","data":{""#.utf8) + bytes + Array(#"":1}}"#.utf8)
            #expect(EventSample.refusal(name) == "not_json")
        }
    }

    @Test("Four levels are taken, a fifth is not")
    func depth() {
        #expect(EventSample.refusal(#"{"event":"x","data":{"a":{"b":[1]}}}"#) == nil)
        #expect(EventSample.refusal(#"{"event":"x","data":{"a":{"b":[[1]]}}}"#) == "not_json")
    }

    @Test("The terminator of a C string and the end of a line are tolerated, a zero inside is not")
    func terminators() {
        let share = EventSample.native(#""diff":8,"sdiff":9"#)
        for end in ["\u{0}", "\n", "\r\n", "\n\u{0}"] { #expect(EventSample.refusal(share + end) == nil) }
        #expect(EventSample.refusal("\u{0}" + share) == "not_json")
    }

    @Test("64 KiB are parsed")
    func long() {
        let head = EventSample.native(#""diff":8,"sdiff":9,"mood":""#).dropLast(2)
        let fill = DatagramParser.maximumByteCount - head.utf8.count - 3
        let text = head + String(repeating: "x", count: fill) + #""}}"#
        #expect(text.utf8.count == DatagramParser.maximumByteCount)
        #expect(EventSample.refusal(String(text)) == nil)
    }

    @Test("A member given twice is refused at every level, however it is spelled")
    func duplicates() {
        #expect(EventSample.refusal(#"{"event":"x","event":"x","data":{}}"#) == "duplicate_member")
        #expect(EventSample.refusal(EventSample.native(#""diff":8,"sdiff":9,"user":"other""#)) == "duplicate_member")
        #expect(EventSample.refusal(EventSample.native(#""diff":8,"sdiff":9,"\u0075ser":"other""#)) == "duplicate_member")
        #expect(EventSample.refusal(#"{"event":"x","data":{"a":{"b":1,"b":2}}}"#) == "duplicate_member")
        // A quote in a worker's name, which the pool does not escape.
        #expect(EventSample.refusal(EventSample.native(#""diff":8,"sdiff":9"#, worker: #"a","user":"b"#)) == "duplicate_member")
    }

    @Test(
        "Numbers out of range, of another form, and absent ones are told apart",
        arguments: [
            (#""diff":8,"sdiff":9"#, nil), (#""diff":0,"sdiff":9"#, "out_of_range_diff"), (#""diff":-8,"sdiff":9"#, "out_of_range_diff"),
            (#""diff":8,"sdiff":-1"#, "out_of_range_sdiff"), (#""diff":8,"sdiff":0"#, "out_of_range_sdiff"),
            (#""diff":8,"sdiff":0,"accepted":false"#, nil), (#""diff":1e400,"sdiff":9"#, "out_of_range_diff"),
            (#""diff":8,"sdiff":1e400"#, "out_of_range_sdiff"),
            (#""diff":8,"sdiff":26959946667150639794667015087019630673637144422540572481103610249216"#, nil),
            (#""diff":8,"sdiff":26959946667150645795506067014118446567744684870500000000000000000000"#, "out_of_range_sdiff"),
            (#""diff":8,"sdiff":1e300"#, "out_of_range_sdiff"), (#""diff":"8","sdiff":9"#, "bad_diff"), (#""sdiff":9"#, "missing_diff"),
            (#""diff":null,"sdiff":9"#, "missing_diff"), (#""diff":8"#, "missing_sdiff"),
            (#""diff":8,"sdiff":9,"client_id":1.5"#, "bad_client_id"),
            (#""diff":8,"sdiff":9,"client_id":-1"#, "out_of_range_client_id"), (#""diff":8,"sdiff":9,"client_id":7.0"#, nil),
            (#""diff":8,"sdiff":9,"client_id":1e30"#, "out_of_range_client_id"), (#""diff":8,"sdiff":9,"accepted":"true""#, "bad_accepted"),
            (#""diff":8,"sdiff":9,"accepted":1"#, "bad_accepted"), (#""diff":8,"sdiff":9,"hash":"xyz""#, "bad_hash"),
            (#""diff":8,"sdiff":9,"hash":"""#, nil), (#""diff":8,"sdiff":9,"nonce":"00000000000000000""#, "bad_nonce"),
            (#""diff":8,"sdiff":9,"ip":7"#, "bad_ip"),
        ] as [(String, String?)]
    )
    func numbers(members: String, reason: String?) {
        #expect(EventSample.refusal(EventSample.native(members)) == reason, "\(members)")
    }

    @Test("Flat events may write numbers and booleans as text, native ones may not")
    func flatTexts() throws {
        let flat = """
            {"event":"share_submitted","timestamp":"\(EventSample.now.decimalSeconds)","user":"\(SliceRig.address)","worker":"w","diff":"8",\
            "sdiff":"4.5","accepted":"false","client_id":"7"}
            """
        let event = try EventSample.parse(flat)
        let share = try EventSample.share(event)
        #expect(share.difficulty == 8 && share.achieved == 4.5 && !share.isAccepted && share.clientID == 7)
        #expect(event.envelope.time == EventSample.now && !event.envelope.isTimeFixed)
        #expect(EventSample.refusal(flat.replacing(#""false""#, with: #""no""#)) == "bad_accepted")
    }

    @Test("An event needs a name and a payload of the right kind")
    func envelopes() {
        #expect(EventSample.refusal("{}") == "missing_event")
        #expect(EventSample.refusal(#"{"event":7}"#) == "bad_event")
        #expect(EventSample.refusal(#"{"event":""}"#) == "bad_event")
        #expect(EventSample.refusal(#"{"event":"x","data":[]}"#) == "bad_data")
        #expect(EventSample.refusal(#"{"type":"share.accepted"}"#) == "missing_payload")
        #expect(EventSample.refusal(#"{"type":"share.accepted","payload":7}"#) == "bad_payload")
        #expect(EventSample.refusal(#"{"type":7,"payload":{}}"#) == "bad_type")
        #expect(EventSample.refusal(#"{"event":"share_submitted","data":{"worker":"w","diff":1,"sdiff":1}}"#) == "missing_user")
    }

    @Test("Versions up to ours are taken, a newer one waits for an upgrade")
    func versions() {
        for (version, reason) in [("1", nil), ("null", nil), ("2", "unsupported_version"), ("0", "bad_v"), ("\"1\"", "bad_v")]
            as [(String, String?)]
        {
            let text = EventSample.native(#""diff":8,"sdiff":9"#, envelope: #","v":\#(version)"#)
            #expect(EventSample.refusal(text) == reason, "\(version)")
        }
    }

    @Test("Ids, sources and regions are kept when they are well-formed")
    func identity() throws {
        let id = "0190A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
        let own = try EventSample.parse(
            EventSample.native(#""diff":8,"sdiff":9"#, envelope: #","event_id":"\#(id)","source":"self-hosted","region":"us-1""#)
        )
        #expect(own.hasOwnID && own.envelope.id == UUID(uuidString: id))
        #expect(own.envelope.source == .selfHosted && own.envelope.region == "us-1")
        let made = try EventSample.parse(
            EventSample.native(#""diff":8,"sdiff":9"#, envelope: #","event_id":"nonsense","source":"moon","region":"much too long""#)
        )
        #expect(!made.hasOwnID && made.envelope.source == .hosted && made.envelope.region == "eu")
        let text = made.envelope.id.uuidString
        #expect(Array(text)[14] == "7", "version 7")
        let milliseconds = Int64(text.replacing("-", with: "").prefix(12), radix: 16)
        #expect(milliseconds == EventSample.now.millisecondsSinceUnixEpoch)
    }

    @Test("Members no reader knows stay in the canonical payload, also in that of events nobody knows")
    func unknownMembers() throws {
        let share = try EventSample.parse(EventSample.native(#""diff":8,"sdiff":9,"mood":[1,{"a":null}],"ntime":"65f0""#))
        let object = try #require(try JSONParser().parse(share.members.bytes).objectValue)
        #expect(object["mood"]?.arrayValue?.count == 2 && object["ntime"] == "65f0" && object["accepted"] == true)
        let unknown = try EventSample.parse(#"{"event":"pool_mood","data":{"mood":"good"}}"#)
        #expect(unknown.name == "pool_mood" && unknown.payload == nil && unknown.members.bytes == Array(#"{"mood":"good"}"#.utf8))
    }

    @Test("An accepted share on no address is refused; a rejected one and a block are not")
    func badAddress() {
        #expect(EventSample.refusal(EventSample.native(#""diff":8,"sdiff":9"#, user: "bc1qnonsense")) == "bad_address")
        #expect(EventSample.refusal(EventSample.native(#""diff":8,"sdiff":9,"accepted":false"#, user: "bc1qnonsense")) == nil)
        for user in ["", "unknown", "pool"] { #expect(EventSample.refusal(EventSample.native(#""diff":8,"sdiff":9"#, user: user)) == nil) }
        #expect(EventSample.refusal(#"{"event":"block_found","data":{"user":"x","worker":"w","height":5}}"#) == nil)
    }

    @Test("Random and damaged bytes never crash the parser")
    func fuzz() {
        var generator = SystemRandomNumberGenerator()
        let share = Array(EventSample.native(#""diff":8,"sdiff":9.5,"hash":"","client_id":7"#).utf8)
        for _ in 0..<20_000 {
            var bytes = share
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: index)
                }
            }
            if let reason = EventSample.refusal(bytes) {
                #expect(reason.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(reason)")
            }
        }
    }
}
