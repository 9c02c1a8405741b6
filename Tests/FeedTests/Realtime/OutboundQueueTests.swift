import NIOCore
import Testing

@testable import Feed

/// Spec 04 §7.4, the queue alone.
@Suite("Outbound queue")
struct OutboundQueueTests {
    private func frame(_ text: String, length: Int = 0) -> ByteBuffer {
        ByteBuffer(string: text + String(repeating: ".", count: max(0, length - text.utf8.count)))
    }

    private func contents(_ queue: OutboundQueue) -> [String] {
        var queue = queue
        var texts: [String] = []
        while let frame = queue.popFirst() { texts.append(String(buffer: frame).replacing(".", with: "")) }
        return texts
    }

    @Test("a newer figure takes the place of the older one")
    func replaces() {
        var queue = OutboundQueue()
        let stats = OutboundClass.replaceable(ReplaceKey(type: "stats_update"))
        for (text, kind) in [
            ("a", stats), ("b", .kept), ("c", stats), ("d", .replaceable(ReplaceKey(type: "worker_status", subject: "w"))),
        ] {
            #expect(queue.append(frame(text), kind) == .queued(dropped: 0))
        }
        #expect(contents(queue) == ["c", "b", "d"])
    }

    @Test("when it is full the oldest share goes first, then the oldest broadcast, then figures; facts stay")
    func drops() {
        var queue = OutboundQueue()
        let figure = OutboundClass.replaceable(ReplaceKey(type: "stats_update"))
        for (text, kind) in [("fact", OutboundClass.kept), ("figure", figure), ("news", .broadcast), ("share", .share), ("share2", .share)]
        {
            _ = queue.append(frame(text), kind)
        }
        while queue.count < OutboundQueue.maximumCount { _ = queue.append(frame("x"), .kept) }
        for (dropped, left) in [("share", 4), ("share2", 3), ("news", 2), ("figure", 1)] {
            #expect(queue.append(frame("x"), .kept) == .queued(dropped: 1))
            #expect(!contents(queue).contains(dropped))
            #expect(contents(queue).count { $0 != "x" } == left)
        }
        #expect(queue.append(frame("share"), .share) == .dropped)
        #expect(queue.append(frame("news"), .broadcast) == .dropped)
        #expect(queue.append(frame("x"), .kept) == .overflow)
        #expect(contents(queue).first == "fact")
    }

    @Test("whatever comes, the bounds hold, facts keep their order and figures are the latest")
    func properties() {
        var generator = SplitMix(seed: 0x5eed)
        for _ in 0..<10 {
            var queue = OutboundQueue()
            var facts: [String] = []
            var latest: [String: String] = [:]
            for step in 0..<1200 {
                let length = Int(generator.next() % 24) == 0 ? 60_000 : 1 + Int(generator.next() % 3000)
                let text = "\(step)"
                switch generator.next() % 8 {
                case 0:
                    if queue.append(frame("f" + text, length: length), .kept) != .overflow { facts.append("f" + text) }
                case 1, 2:
                    let key = ReplaceKey(type: "worker_status", subject: "\(generator.next() % 5)")
                    if queue.append(frame("r\(key.subject) " + text, length: length), .replaceable(key)) != .dropped {
                        latest[key.subject] = "r\(key.subject) " + text
                    }
                case 3, 4: _ = queue.append(frame("s" + text, length: length), .share)
                case 5: _ = queue.append(frame("b" + text, length: length), .broadcast)
                default:
                    guard let popped = queue.popFirst() else { continue }
                    let text = String(buffer: popped).replacing(".", with: "")
                    if text.hasPrefix("f") { #expect(facts.removeFirst() == text) }
                }
                #expect(queue.count <= OutboundQueue.maximumCount)
                #expect(queue.bytes <= OutboundQueue.maximumBytes)
            }
            let left = contents(queue)
            #expect(left.filter { $0.hasPrefix("f") } == facts)
            let figures = left.filter { $0.hasPrefix("r") }
            #expect(Set(figures.map { $0.prefix(2) }).count == figures.count)
            for figure in figures { #expect(latest[String(figure.dropFirst().prefix(1))] == figure) }
            let broadcasts = left.filter { $0.hasPrefix("b") }.compactMap { Int($0.dropFirst()) }
            #expect(broadcasts == broadcasts.sorted())
        }
    }
}

/// A small seeded generator.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
