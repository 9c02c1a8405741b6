import NIOCore
import Testing

@testable import WebSockets

@Suite("Autobahn 5: fragmentation")
struct AutobahnFragmentationTests {
    private static let ways: [AutobahnCase.Delivery] = [.whole, .frameByFrame, .pieces(1)]

    /// Three numbers in a row differ in the pieces only.
    private static func three(from first: Int, _ exchange: AutobahnCase) -> [AutobahnCase] {
        exchange.delivered(zip(first..., ways).map { ("5.\($0)", $1) })
    }

    static let cases: [AutobahnCase] = {
        let halves: [ByteBuffer] = [.text("fragment1", isFinal: false), .more("fragment2", isFinal: true)]
        let orphan: [ByteBuffer] = [.more("orphan", isFinal: true), .text("Hello, world!")]
        let openOrphan: [ByteBuffer] = [.more("orphan", isFinal: false), .text("Hello, world!")]
        let afterMessage = halves + [.more("orphan", isFinal: false), .text("Hello, world!")]
        let interleaved: [ByteBuffer] = [
            .text("fragment1", isFinal: false), .more("fragment2", isFinal: false), .ping("ping1"), .more("fragment3", isFinal: false),
            .more("fragment4", isFinal: false), .ping("ping2"), .more("fragment5", isFinal: true),
        ]
        let joined = (1...5).map { "fragment\($0)" }.joined()
        var cases: [AutobahnCase] = [
            AutobahnCase(id: "5.1", frames: [.frame(9, isFinal: false), .frame(0)], end: .protocolError),
            AutobahnCase(id: "5.2", frames: [.frame(10, isFinal: false), .frame(0)], end: .protocolError),
        ]
        cases += three(from: 3, AutobahnCase(id: "", frames: halves, replies: [.echo("fragment1fragment2")]))
        cases += three(
            from: 6,
            AutobahnCase(
                id: "",
                frames: [halves[0], .ping("between"), halves[1]],
                replies: [.pong("between"), .echo("fragment1fragment2")]
            )
        )
        cases += three(from: 9, AutobahnCase(id: "", frames: orphan, end: .protocolError))
        cases += three(from: 12, AutobahnCase(id: "", frames: openOrphan, end: .protocolError))
        cases.append(AutobahnCase(id: "5.15", frames: afterMessage, replies: [.echo("fragment1fragment2")], end: .protocolError))
        cases.append(
            AutobahnCase(
                id: "5.16",
                frames: [.more("orphan", isFinal: false), .text("whole"), .more("rest", isFinal: true)],
                end: .protocolError
            )
        )
        cases.append(
            AutobahnCase(
                id: "5.17",
                frames: [.more("orphan", isFinal: true), .text("open", isFinal: false), .more("rest", isFinal: true)],
                end: .protocolError
            )
        )
        cases.append(AutobahnCase(id: "5.18", frames: [.text("first", isFinal: false), .text("second")], end: .protocolError))
        cases += AutobahnCase(id: "", frames: interleaved, replies: [.pong("ping1"), .pong("ping2"), .echo(joined)])
            .delivered([("5.19", .frameByFrame), ("5.20", .pieces(1))])
        return cases
    }()

    @Test("fragments are joined, control frames pass between them, and nothing else is accepted", arguments: cases)
    func group5(_ exchange: AutobahnCase) async throws { try await exchange.run() }
}
