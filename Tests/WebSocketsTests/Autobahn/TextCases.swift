import NIOCore
import Testing

@testable import WebSockets

@Suite("Autobahn 6: UTF-8")
struct AutobahnTextTests {
    private static let kosme = ByteBuffer(hex: "CE BA E1 BD B9 CF 83 CE BC CE B5")

    /// A text message cut into fragments after the given numbers of bytes.
    private static func fragments(_ payload: ByteBuffer, of size: Int) -> [ByteBuffer] {
        var rest = payload
        var frames: [ByteBuffer] = []
        while rest.readableBytes > 0, let part = rest.readSlice(length: min(size, rest.readableBytes)) {
            frames.append(.frame(frames.isEmpty ? 1 : 0, part, isFinal: rest.readableBytes == 0))
        }
        return frames
    }

    static let fragmented: [AutobahnCase] = {
        let valid = ByteBuffer(string: "Hello-µ@ßöäüàá-UTF-8!!")
        let invalid = ByteBuffer(hex: "CE BA E1 BD B9 CF 83 CE BC CE B5 ED A0 80 65 64 69 74 65 64")
        return [
            AutobahnCase(id: "6.1.1", frames: [.text("")], replies: [.echo("")]),
            AutobahnCase(
                id: "6.1.2",
                frames: [.text("", isFinal: false), .more("", isFinal: false), .more("", isFinal: true)],
                replies: [.echo("")]
            ),
            AutobahnCase(
                id: "6.1.3",
                frames: [.text("", isFinal: false), .more("middle", isFinal: false), .more("", isFinal: true)],
                replies: [.echo("middle")]
            ),
            AutobahnCase(id: "6.2.1", frames: [.frame(1, valid)], replies: [.text(valid)]),
            // After 13 bytes a character ends, after 12 one is divided.
            AutobahnCase(id: "6.2.2", frames: fragments(valid, of: 13), replies: [.text(valid)]),
            AutobahnCase(id: "6.2.3", frames: fragments(valid, of: 1), replies: [.text(valid)]),
            AutobahnCase(id: "6.2.4", frames: fragments(kosme, of: 1), replies: [.text(kosme)]),
            AutobahnCase(id: "6.2.5 divided", frames: fragments(valid, of: 12), replies: [.text(valid)]),
            AutobahnCase(id: "6.3.1", frames: [.frame(1, invalid)], end: .invalidPayload),
            AutobahnCase(id: "6.3.2", frames: fragments(invalid, of: 1), end: .invalidPayload),
        ]
    }()

    @Test("text may be divided anywhere", arguments: fragmented)
    func divided(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    /// The rest of each message is never sent: only a server that fails at the wrong byte answers at all.
    static let failingFast: [AutobahnCase] = {
        let good = ByteBuffer(hex: "CE BA E1 BD B9 CF 83 CE BC CE B5")
        var begun = ByteBuffer.frame(1, ByteBuffer(hex: "CE BA E1 BD B9 CF 83 CE BC CE B5 F4 90 80 80 65 64 69 74 65 64"))
        // Header and mask are 6 bytes; the character is wrong from its second byte, the 13th of the payload, on.
        let wrong = begun.readSlice(length: 6 + 13) ?? ByteBuffer()
        return [
            AutobahnCase(
                id: "6.4.1",
                delivery: .frameByFrame,
                frames: [.frame(1, good, isFinal: false), .frame(0, ByteBuffer(hex: "F4 90 80 80"), isFinal: false)],
                end: .invalidPayload
            ),
            AutobahnCase(
                id: "6.4.2",
                delivery: .frameByFrame,
                frames: [
                    .frame(1, good, isFinal: false), .frame(0, ByteBuffer(hex: "F4"), isFinal: false),
                    .frame(0, ByteBuffer(hex: "90"), isFinal: false),
                ],
                end: .invalidPayload
            ),
            AutobahnCase(id: "6.4.3", frames: [wrong], end: .invalidPayload),
            AutobahnCase(id: "6.4.4", delivery: .pieces(1), frames: [wrong], end: .invalidPayload),
        ]
    }()

    @Test("wrong text fails the connection at its first wrong byte", arguments: failingFast)
    func failsFast(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    /// Valid sequences come back, all others fail the connection.
    private static func sequences(_ group: String, _ rows: [(hex: String, isValid: Bool)]) -> [AutobahnCase] {
        rows.enumerated().map { index, row in
            let payload = ByteBuffer(hex: row.hex)
            return AutobahnCase(
                id: "\(group).\(index + 1)",
                frames: [.frame(1, payload)],
                replies: row.isValid ? [.text(payload)] : [],
                end: row.isValid ? nil : .invalidPayload
            )
        }
    }

    private static func all(_ isValid: Bool, _ hex: [String]) -> [(hex: String, isValid: Bool)] { hex.map { ($0, isValid) } }

    static let valid: [AutobahnCase] =
        sequences("6.5", all(true, ["68 24", "C2 A2", "E2 82 AC", "F0 A4 AD A2", "CE BA E1 BD B9 CF 83 CE BC CE B5"]))
        + sequences("6.7", all(true, ["00", "C2 80", "E0 A0 80", "F0 90 80 80"]))
        + sequences("6.9", all(true, ["7F", "DF BF", "EF BF BF", "F4 8F BF BF"]))
        + sequences("6.11", all(true, ["ED 9F BF", "EE 80 80", "EF BF BD", "F4 8F BF BF"]) + all(false, ["F4 90 80 80"]))
        + sequences("6.22", noncharacters.map { ($0, true) })
        + sequences("6.23", (0xB9...0xBF).map { ("EF BF " + String($0, radix: 16), true) })

    /// U+xFFFE and U+xFFFF of every plane but the first.
    private static var noncharacters: [String] {
        (1...16).flatMap { plane in
            [0xFFFE, 0xFFFF].compactMap { Unicode.Scalar(UInt32(plane << 16 | $0)) }.map { scalar in
                String(scalar).utf8.map { String($0, radix: 16) }.joined(separator: " ")
            }
        }
    }

    @Test("every kind of valid character is accepted", arguments: valid)
    func accepts(_ exchange: AutobahnCase) async throws { try await exchange.run() }

    static let invalid: [AutobahnCase] = {
        let bytes = Array(kosme.readableBytesView).map { String($0, radix: 16) }
        let prefixes = (1...bytes.count).map { (hex: bytes.prefix($0).joined(separator: " "), isValid: [2, 5, 7, 9, 11].contains($0)) }
        let unfinished = ["C0", "E0 80", "F0 80 80", "F8 80 80 80", "FC 80 80 80 80", "DF", "EF BF", "F7 BF BF", "FB BF BF BF"]
        func hex(_ range: ClosedRange<Int>) -> [String] { range.map { String($0, radix: 16) } }
        return sequences("6.6", prefixes)
            + sequences("6.8", all(false, ["F8 88 80 80 80", "FC 84 80 80 80 80"]))
            + sequences("6.10", all(false, ["F7 BF BF BF", "FB BF BF BF BF", "FD BF BF BF BF BF"]))
            + sequences(
                "6.12",
                all(false, ["80", "BF", "80 BF", "80 BF 80", "80 BF 80 BF", "80 BF 80 BF 80", "80 BF 80 BF 80 BF"])
                    + all(false, [hex(0x80...0xBF).joined(separator: " ")])
            )
            + sequences(
                "6.13",
                all(
                    false,
                    [hex(0xC0...0xDF), hex(0xE0...0xEF), hex(0xF0...0xF7), hex(0xF8...0xFB), hex(0xFC...0xFD)].map {
                        $0.joined(separator: " 20 ")
                    }
                )
            )
            + sequences("6.14", all(false, unfinished))
            + sequences("6.15", all(false, [unfinished.joined(separator: " ")]))
            + sequences("6.16", all(false, ["FE", "FF", "FE FE FF FF"]))
            + sequences("6.17", all(false, ["C0 AF", "E0 80 AF", "F0 80 80 AF", "F8 80 80 80 AF", "FC 80 80 80 80 AF"]))
            + sequences("6.18", all(false, ["C1 BF", "E0 9F BF", "F0 8F BF BF", "F8 87 BF BF BF", "FC 83 BF BF BF BF"]))
            + sequences("6.19", all(false, ["C0 80", "E0 80 80", "F0 80 80 80", "F8 80 80 80 80", "FC 80 80 80 80 80"]))
            + sequences("6.20", all(false, ["ED A0 80", "ED AD BF", "ED AE 80", "ED AF BF", "ED B0 80", "ED BE 80", "ED BF BF"]))
            + sequences(
                "6.21",
                all(false, ["ED A0 80 ED B0 80", "ED A0 80 ED BF BF", "ED AD BF ED B0 80", "ED AD BF ED BF BF"])
                    + all(false, ["ED AE 80 ED B0 80", "ED AE 80 ED BF BF", "ED AF BF ED B0 80", "ED AF BF ED BF BF"])
            )
    }()

    @Test("unfinished, overlong, surrogate and impossible sequences fail the connection with 1007", arguments: invalid)
    func refuses(_ exchange: AutobahnCase) async throws { try await exchange.run() }
}
