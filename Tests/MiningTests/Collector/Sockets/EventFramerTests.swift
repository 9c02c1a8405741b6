import Testing

@testable import Mining

@Suite("Event framer")
struct EventFramerTests {
    private func events(_ portions: [String], limit: Int = 16) -> [String] {
        var framer = EventFramer(maximumByteCount: limit)
        var events: [String] = []
        func emit(_ bytes: UnsafeRawBufferPointer, isTruncated: Bool) {
            events.append(String(decoding: bytes, as: UTF8.self) + (isTruncated ? "…" : ""))
        }
        for portion in portions { Array(portion.utf8).withUnsafeBytes { framer.feed($0, emit) } }
        framer.finish(emit)
        return events
    }

    @Test("Events end with a newline or a NUL, however the bytes arrive; empty ones are passed over")
    func framing() {
        let whole = "one\ntwo\u{0}\n\nthree"
        #expect(events([whole]) == ["one", "two", "three"])
        #expect(events(whole.map(String.init)) == ["one", "two", "three"])
        #expect(events([]) == [])
    }

    @Test("An event at the limit is taken, a longer one is told of once and skipped to its end")
    func limit() {
        let fits = String(repeating: "a", count: 16)
        let long = String(repeating: "b", count: 40)
        let expected = [fits, String(repeating: "b", count: 17) + "…", "next"]
        let whole = "\(fits)\n\(long)\nnext\n"
        #expect(events([whole]) == expected)
        #expect(events(whole.map(String.init)) == expected)
    }
}
