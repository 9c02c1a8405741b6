import NIOCore
import Testing

@testable import WebSockets

@Suite("Autobahn 1–4: framing, pings, reserved bits, opcodes")
struct AutobahnFramingTests {
    static let framing: [AutobahnCase] =
        [0, 125, 126, 127, 128, 65_535, 65_536].enumerated().flatMap { index, size in
            let payload = ByteBuffer(count: size)
            return [
                AutobahnCase(id: "1.1.\(index + 1)", frames: [.frame(1, payload)], replies: [.text(payload)]),
                AutobahnCase(id: "1.2.\(index + 1)", frames: [.frame(2, payload)], replies: [.binary(payload)]),
            ]
        } + [
            AutobahnCase(
                id: "1.1.8",
                delivery: .pieces(997),
                frames: [.frame(1, ByteBuffer(count: 65_536))],
                replies: [.text(ByteBuffer(count: 65_536))]
            ),
            AutobahnCase(
                id: "1.2.8",
                delivery: .pieces(997),
                frames: [.frame(2, ByteBuffer(count: 65_536, of: 0xFE))],
                replies: [.binary(ByteBuffer(count: 65_536, of: 0xFE))]
            ),
        ]

    @Test("messages of every length class come back", arguments: framing)
    func group1(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    static let pings: [AutobahnCase] = {
        let binary = ByteBuffer(hex: "00 FF FE FD FC FB 00 FF")
        let full = ByteBuffer(count: 125, of: 0xFE)
        let numbers = (0..<10).map { "payload-\($0)" }
        let ten = AutobahnCase(id: "", frames: numbers.map { .ping($0) }, replies: numbers.map { .pong($0) })
        return [
            AutobahnCase(id: "2.1", frames: [.ping()], replies: [.pong("")]),
            AutobahnCase(id: "2.2", frames: [.ping("Hello, world!")], replies: [.pong("Hello, world!")]),
            AutobahnCase(id: "2.3", frames: [.frame(9, binary)], replies: [.pong(binary)]),
            AutobahnCase(id: "2.4", frames: [.frame(9, full)], replies: [.pong(full)]),
            AutobahnCase(id: "2.5", frames: [.frame(9, ByteBuffer(count: 126))], end: .protocolError),
            AutobahnCase(id: "2.6", delivery: .pieces(1), frames: [.frame(9, full)], replies: [.pong(full)]),
            AutobahnCase(id: "2.7", frames: [.frame(10)]),
            AutobahnCase(id: "2.8", frames: [.frame(10, ByteBuffer(string: "unasked"))]),
            AutobahnCase(id: "2.9", frames: [.frame(10, ByteBuffer(string: "unasked")), .ping("asked")], replies: [.pong("asked")]),
        ] + ten.delivered([("2.10", .whole), ("2.11", .pieces(1))])
    }()

    @Test("pings are answered in order with their payload, unasked pongs are not", arguments: pings)
    func group2(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    static let reservedBits: [AutobahnCase] =
        [
            AutobahnCase(id: "3.1", frames: [.text("small", reserved: 1)], end: .protocolError)
        ]
        + [("3.2", AutobahnCase.Delivery.whole, 2), ("3.3", .frameByFrame, 3), ("3.4", .pieces(1), 4)].map { id, delivery, bits in
            AutobahnCase(
                id: id,
                delivery: delivery,
                frames: [.text("good"), .text("bad", reserved: UInt8(bits)), .ping()],
                replies: [.echo("good")],
                end: .protocolError
            )
        } + [
            AutobahnCase(id: "3.5", frames: [.frame(2, ByteBuffer(hex: "00 FF"), reserved: 5)], end: .protocolError),
            AutobahnCase(id: "3.6", frames: [.frame(9, ByteBuffer(string: "p"), reserved: 6)], end: .protocolError),
            AutobahnCase(id: "3.7", frames: [.frame(8, ByteBuffer(hex: "03 E8"), reserved: 7)], end: .protocolError),
        ]

    @Test("a reserved bit fails the connection after what came before it was answered", arguments: reservedBits)
    func group3(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    static let opcodes: [AutobahnCase] = [("4.1", [3, 4, 5, 6, 7] as [UInt8]), ("4.2", [11, 12, 13, 14, 15])].flatMap { group, opcodes in
        [
            AutobahnCase(id: "\(group).1", frames: [.frame(opcodes[0])], end: .protocolError),
            AutobahnCase(id: "\(group).2", frames: [.frame(opcodes[1], ByteBuffer(string: "payload"))], end: .protocolError),
            AutobahnCase(
                id: "\(group).3",
                frames: [.text("one"), .frame(opcodes[2]), .ping()],
                replies: [.echo("one")],
                end: .protocolError
            ),
            AutobahnCase(
                id: "\(group).4",
                frames: [.text("one"), .frame(opcodes[3], ByteBuffer(string: "payload")), .ping()],
                replies: [.echo("one")],
                end: .protocolError
            ),
            AutobahnCase(
                id: "\(group).5",
                delivery: .pieces(1),
                frames: [.text("one"), .frame(opcodes[4], ByteBuffer(string: "payload")), .ping()],
                replies: [.echo("one")],
                end: .protocolError
            ),
        ]
    }

    @Test("opcodes nobody has defined fail the connection", arguments: opcodes)
    func group4(_ exchange: AutobahnCase) async throws { try await exchange.run() }
}
