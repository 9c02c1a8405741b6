import NIOCore
import Testing

@testable import WebSockets

@Suite("Autobahn 7: closing")
struct AutobahnCloseTests {
    private static func payload(_ code: UInt16, _ reason: ByteBuffer = ByteBuffer()) -> ByteBuffer {
        var payload = ByteBuffer(integer: code)
        payload.writeImmutableBuffer(reason)
        return payload
    }

    static let order: [AutobahnCase] = {
        let large = String(repeating: "BAsd7&jh23", count: 26_215)
        return [
            AutobahnCase(id: "7.1.1", frames: [.text("Hello World!"), .close()], replies: [.echo("Hello World!")], end: .normal),
            AutobahnCase(id: "7.1.2", frames: [.close(), .close()], end: .normal),
            AutobahnCase(id: "7.1.3", frames: [.close(), .ping("late")], end: .normal),
            AutobahnCase(id: "7.1.4", frames: [.close(), .text("late")], end: .normal),
            AutobahnCase(
                id: "7.1.5",
                frames: [.text("fragment1", isFinal: false), .close(), .more("fragment2", isFinal: true)],
                end: .normal
            ),
            AutobahnCase(id: "7.1.6", frames: [.text(large), .close(), .ping("late")], replies: [.echo(large)], end: .normal),
        ]
    }()

    @Test("nothing is answered after a close frame, everything before it is", arguments: order)
    func group7_1(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    static let payloads: [AutobahnCase] = [
        AutobahnCase(id: "7.3.1", frames: [.close(ByteBuffer())], end: .noStatus),
        AutobahnCase(id: "7.3.2", frames: [.close(ByteBuffer(hex: "03"))], end: .protocolError),
        AutobahnCase(id: "7.3.3", frames: [.close(payload(1000))], end: .normal),
        AutobahnCase(id: "7.3.4", frames: [.close(payload(1000, ByteBuffer(string: "Hello World!")))], end: .normal),
        AutobahnCase(id: "7.3.5", frames: [.close(payload(1000, ByteBuffer(count: 123)))], end: .normal),
        AutobahnCase(id: "7.3.6", frames: [.close(payload(1000, ByteBuffer(count: 124)))], end: .protocolError),
        AutobahnCase(id: "7.5.1", frames: [.close(payload(1000, ByteBuffer(hex: "CE BA ED A0 80")))], end: .invalidPayload),
    ]

    @Test("a close frame holds nothing, or a code and a reason in UTF-8", arguments: payloads)
    func group7_3(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    static let codes: [AutobahnCase] = {
        let valid: [UInt16] = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
        let invalid: [UInt16] = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999]
        return valid.enumerated().map { AutobahnCase(id: "7.7.\($0 + 1)", frames: [.close(payload($1))], end: WebSocketCloseCode($1)) }
            + invalid.enumerated().map { AutobahnCase(id: "7.9.\($0 + 1)", frames: [.close(payload($1))], end: .protocolError) }
            + [5000, 65_535].enumerated().map { AutobahnCase(id: "7.13.\($0 + 1)", frames: [.close(payload($1))], end: .protocolError) }
    }()

    @Test("codes that may be sent are returned, others fail the connection", arguments: codes)
    func group7_7(_ exchange: AutobahnCase) async throws { try await exchange.run() }
}
