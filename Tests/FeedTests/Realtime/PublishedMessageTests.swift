import GameRules
import NIOCore
import Testing

@testable import Feed

/// Spec 04 §9.
@Suite("Published message")
struct PublishedMessageTests {
    private func read(_ topic: String, _ text: String) -> Result<PublishedMessage, DropReason> {
        do throws(DropReason) {
            return .success(try PublishedMessage(topic: topic, payload: ByteBuffer(string: text)))
        } catch {
            return .failure(error)
        }
    }

    @Test("form P: the frame carries channel and data, and not the time of publication")
    func personal() throws {
        let text = #"{"at":5,"channel":"mining","data":{"type":"share_submitted","n":[1,{"a":"}"}]}}"#
        let message = try read("ws:user:7", text).get()
        #expect(message.publishedAt == 5)
        #expect(message.audience == .user(UserID(7)))
        #expect(message.queueing == .share)
        #expect(String(buffer: message.frameText()) == #"{"channel":"mining","data":{"type":"share_submitted","n":[1,{"a":"}"}]}}"#)
    }

    @Test("form N goes to notifications as type and payload")
    func notification() throws {
        let message = try read("ws:user:7", #"{"at":5,"event":"unread_count","data":{"count":3}}"#).get()
        #expect(
            String(buffer: message.frameText()) == #"{"channel":"notifications","data":{"type":"unread_count","payload":{"count":3}}}"#
        )
        #expect(message.queueing == .replaceable(ReplaceKey(type: "unread_count")))
        #expect(try read("ws:user:7", #"{"event":"notification","data":{"id":1}}"#).get().queueing == .kept)
    }

    @Test("a shared message loses its routing members and gets its type")
    func shared() throws {
        let text = #"{"at":5, "user_id":3, "except_user_id":4, "type":"other", "height": 800000, "finder":"A \"miner\"", "z":{"at":1}}"#
        let message = try read("pubsub:block_found", text).get()
        #expect(message.audience == .all(except: UserID(4)))
        #expect(message.channel == .dashboard)
        #expect(message.queueing == .broadcast)
        #expect(
            String(buffer: message.data) == #"{"type":"block_found","height":800000,"finder":"A \"miner\"","z":{"at":1}}"#
        )
    }

    @Test("an owner's message that names no owner by number is dropped and never everybody's")
    func owners() throws {
        for owner in [
            "", #""user_id":null,"#, #""user_id":"7","#, #""user_id":0,"#, #""user_id":-1,"#, #""user_id":1.5,"#, #""user_id":[7],"#,
        ] {
            for topic in ["best_diff", "badge_earned", "stats_update", "share_submitted"] {
                #expect(read("pubsub:\(topic)", "{\(owner)\"x\":1}") == .failure(.noOwner), "\(topic) \(owner)")
            }
        }
        #expect(try read("pubsub:best_diff", #"{"user_id":7,"x":1}"#).get().audience == .user(UserID(7)))
        #expect(try read("pubsub:event_reminder", #"{"x":1}"#).get().audience == .all(except: nil))
        #expect(try read("pubsub:event_reminder", #"{"user_id":7,"x":1}"#).get().audience == .user(UserID(7)))
        #expect(read("pubsub:event_reminder", #"{"user_id":"7","x":1}"#) == .failure(.noOwner))
        #expect(read("pubsub:block_found", #"{"except_user_id":"7"}"#) == .failure(.malformed))
    }

    @Test("a newer figure replaces those of the same worker, scope and period, or match only")
    func keys() throws {
        func kind(_ topic: String, _ members: String) throws -> OutboundClass { try read("pubsub:\(topic)", "{\(members)}").get().queueing }
        #expect(try kind("worker_status", #""user_id":1,"worker":"a""#) != kind("worker_status", #""user_id":1,"worker":"b""#))
        #expect(try kind("match_update", #""match_id":1,"x":1"#) == kind("match_update", #""match_id":1,"x":2"#))
        #expect(
            try kind("leaderboard_update", #""scope":"top","period":"week""#)
                != kind("leaderboard_update", #""scope":"top","period":"month""#)
        )
    }

    @Test(
        "anything else is skipped",
        arguments: [
            "", "{}", "[]", "x", "5", #"{"channel":"mining"}"#, #"{"channel":"other","data":{"type":"x"}}"#,
            #"{"channel":"mining","data":[]}"#,
            #"{"channel":"mining","data":{}}"#, #"{"channel":"mining","data":{"type":5}}"#, #"{"channel":"mining","data":{"type":"x"}} x"#,
            #"{"at":"5","channel":"mining","data":{"type":"x"}}"#,
        ]
    )
    func skipped(text: String) {
        #expect(read("ws:user:7", text) == .failure(.malformed))
    }

    @Test("unknown topics and what is beyond 64 KiB are not forwarded")
    func others() {
        #expect(read("pubsub:nonsense", "{}") == .failure(.unknownTopic))
        #expect(read("ws:user:x", "{}") == .failure(.unknownTopic))
        let text = #"{"channel":"mining","data":{"type":"\#(String(repeating: "x", count: 65_536))"}}"#
        #expect(read("ws:user:7", text) == .failure(.oversize))
    }
}
