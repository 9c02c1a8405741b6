import GameRules
import NIOCore
import Testing

@testable import Feed

/// The resume extension, the state of one channel alone.
@Suite("Channel resume")
struct ChannelResumeTests {
    private func message(_ offset: Int64?, epoch: String = "aa", text: String = "x", isShared: Bool = false) throws -> PublishedMessage {
        let place = offset.map { #""_epoch":"\#(epoch)","_offset":\#($0),"# } ?? ""
        return isShared
            ? try PublishedMessage(topic: "pubsub:feed_item", payload: ByteBuffer(string: "{\(place)\"n\":1}"))
            : try PublishedMessage(
                topic: "ws:user:1",
                payload: ByteBuffer(string: #"{\#(place)"channel":"mining","data":{"type":"\#(text)"}}"#)
            )
    }

    private func position(_ personal: Int64, _ shared: Int64 = 0, epoch: String = "aa") -> ResumePosition {
        ResumePosition(personal: .init(epoch: epoch, offset: personal), shared: .init(epoch: "bb", offset: shared))
    }

    private func sent(_ outputs: [ChannelResume.Output]) -> [String] {
        outputs.map {
            switch $0 {
            case .acknowledge(let position): "ack \(position.personal.offset).\(position.shared.offset)"
            case .resync(let position): "resync \(position.personal.offset).\(position.shared.offset)"
            case .message(_, let position): "\(position.personal.offset).\(position.shared.offset)"
            case .unavailable(let messages, _): "unavailable \(messages.count)"
            }
        }
    }

    @Test("a new client is told where it stands, then every message with its position")
    func start() throws {
        var resume = ChannelResume(.start)
        #expect(sent(resume.loaded(ResumeLogs(last: position(3, 1), isComplete: true, messages: []))) == ["ack 3.1"])
        #expect(resume.received(try message(4)) == position(4, 1))
        #expect(resume.received(try message(2, epoch: "bb", isShared: true)) == position(4, 2))
        #expect(resume.received(try message(4)) == nil)
    }

    @Test("what was missed comes first, and what came meanwhile comes once")
    func replay() throws {
        var resume = ChannelResume(.from(position(3)))
        for offset in [Int64(5), 6, 7] { #expect(resume.received(try message(offset)) == nil) }
        let logs = ResumeLogs(last: position(6), isComplete: true, messages: [try message(4), try message(5), try message(6)])
        #expect(sent(resume.loaded(logs)) == ["ack 3.0", "4.0", "5.0", "6.0", "7.0"])
    }

    @Test("a gap is told, and the client goes on from the end")
    func gap() throws {
        for wish in [ResumeWish.from(nil), .from(position(3))] {
            var resume = ChannelResume(wish)
            _ = resume.received(try message(10))
            let logs = ResumeLogs(last: position(9), isComplete: wish == .from(nil), messages: [])
            #expect(sent(resume.loaded(logs)) == ["ack 9.0", "resync 9.0", "10.0"])
        }
    }

    @Test("after this node missed messages the client gets them without asking")
    func restart() throws {
        var resume = ChannelResume(.start)
        _ = resume.loaded(ResumeLogs(last: position(3), isComplete: true, messages: []))
        resume.restart()
        #expect(resume.received(try message(5)) == nil)
        #expect(
            sent(resume.loaded(ResumeLogs(last: position(5), isComplete: true, messages: [try message(4), try message(5)]))) == [
                "4.0", "5.0",
            ]
        )
    }

    @Test("without logs the channel goes on, and the client knows")
    func unavailable() throws {
        var resume = ChannelResume(.start)
        _ = resume.received(try message(nil))
        #expect(sent(resume.loaded(nil)) == ["unavailable 1"])
    }

    @Test("positions are read as they are written")
    func positions() {
        #expect(position(4, 9).members == #""epoch":"aa.bb","offset":"4.9","#)
        #expect(ResumePosition(epoch: "aa.bb", offset: "4.9") == position(4, 9))
        for (epoch, offset) in [
            ("", ""), ("aa", "4.9"), ("aa.bb", "4"), ("aa.bb", "4.-9"), ("aa.bb.cc", "4.9"), ("a'.bb", "4.9"), (".", "."),
        ] {
            #expect(ResumePosition(epoch: epoch, offset: offset) == nil)
        }
    }
}
