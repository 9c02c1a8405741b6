import Foundation
import GameRules
import Testing

@testable import Mining

/// Shares the pool emits two or three times (spec 03a §3, §12).
@Suite("Near duplicates")
struct NearDuplicateTests {
    private func share(_ milliseconds: Int64, achieved: String = "70000.5", worker: String = "w", id: UUID? = nil, received: Int64? = nil)
        throws
        -> ParsedDatagram
    {
        let time = EventSample.now.adding(milliseconds: milliseconds)
        let identity = id.map { #","event_id":"\#($0)""# } ?? ""
        return try EventSample.parse(
            """
            {"event":"share_submitted","ts":\(time.decimalSeconds)\(identity),\
            "data":{"user":"\(SliceRig.address)","worker":"\(worker)","diff":65536,"sdiff":\(achieved)}}
            """,
            receivedAt: EventSample.now.adding(milliseconds: received ?? milliseconds)
        )
    }

    @Test("Equal shares within two seconds of pool time are one, later ones are others")
    func window() throws {
        var filter = NearDuplicateFilter()
        #expect(try !filter.isDuplicate(share(0)))
        #expect(try filter.isDuplicate(share(1)))
        #expect(try filter.isDuplicate(share(2_000)))
        #expect(try filter.isDuplicate(share(-1_000)), "in either order")
        #expect(try !filter.isDuplicate(share(2_001)))
        #expect(try !filter.isDuplicate(share(2_002, achieved: "70000.50000000001")), "by the bits of the number")
        #expect(try !filter.isDuplicate(share(2_003, worker: "v")))
        #expect(try !filter.isDuplicate(share(5_002)))
    }

    @Test("An id is remembered for two minutes; shares with ids are told apart by nothing else")
    func ids() throws {
        var filter = NearDuplicateFilter()
        let id = UUID()
        #expect(try !filter.isDuplicate(share(0, id: id)))
        #expect(try filter.isDuplicate(share(119_000, id: id)))
        #expect(try !filter.isDuplicate(share(1, id: UUID())))
        #expect(try !filter.isDuplicate(share(3_600_000, id: id)), "then it is forgotten")
    }

    @Test("What is remembered is bounded")
    func bounded() throws {
        var filter = NearDuplicateFilter(shareCapacity: 2, idCapacity: 2)
        for achieved in ["1", "2", "3"] { #expect(try !filter.isDuplicate(share(0, achieved: achieved))) }
        #expect(try !filter.isDuplicate(share(0, achieved: "1")))
        #expect(try filter.isDuplicate(share(0, achieved: "3")))
    }
}
