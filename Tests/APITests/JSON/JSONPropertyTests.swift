import API
import NIOCore
import TestServers
import Testing

@Suite("JSON properties")
struct JSONPropertyTests {
    private func text(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return Array(writer.buffer.readableBytesView)
    }

    private func randomString(_ random: inout SeededGenerator) -> String {
        let pool: [Unicode.Scalar] = ["a", "Z", "\"", "\\", "/", "\n", "\u{0}", "\u{1f}", "é", "€", "😀", "\u{301}", "\u{FFFF}", " "]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) { scalars.append(pool.randomElement(using: &random) ?? "x") }
        return String(scalars)
    }

    private func randomValue(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .integer(Int64.random(in: -9...9, using: &random))
        case 4:
            // A whole number below 2^53 is written without fraction and therefore reads back as an integer; take others here.
            let value = Double(bitPattern: random.next())
            return value.isFinite && value != value.rounded() ? .number(value) : .number(0.5)
        case 5: return .string(randomString(&random))
        case 6: return .array((0..<Int.random(in: 0...5, using: &random)).map { _ in randomValue(&random, depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...20, using: &random) { object[randomString(&random)] = randomValue(&random, depth: depth - 1) }
            return .object(object)
        }
    }

    @Test("what the writer writes, the parser reads back", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = randomValue(&random, depth: 4)
        #expect(try JSONParser(duplicateMembers: .refused).parse(text(of: value)) == value)
    }

    @Test("doubles survive writing and reading bit by bit")
    func doubleRoundTrip() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            var writer = JSONWriter()
            writer.double(value)
            #expect(try JSONReader.read(writer.buffer.readableBytesView) { try $0.readDouble() } == value)
        }
    }

    @Test("short decimals read like the standard library reads them")
    func decimals() throws {
        var random = SeededGenerator(seed: 8)
        for _ in 0..<20_000 {
            let text =
                "\(Int.random(in: 0...99_999_999, using: &random)).\(Int.random(in: 0...99_999, using: &random))e\(Int.random(in: -30...30, using: &random))"
            #expect(try JSONReader.read(text.utf8) { try $0.readDouble() } == Double(text))
        }
    }

    @Test("random bytes are refused or read, never crash", arguments: 0..<50 as Range<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededGenerator(seed: seed &* 977)
        let alphabet = Array("{}[]\",:\\u0123456789abcdeEtrufalsn.-+ \n".utf8) + [0x00, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        for _ in 0..<Fuzz.count / 50 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            _ = try? JSONParser(loneSurrogateReplacement: "\0").parse(bytes)
            _ = try? JSONReader.read(bytes) { try $0.skipValue() }
        }
    }

    @Test("damaged documents are refused or read, and skipping agrees with parsing", arguments: 0..<100 as Range<UInt64>)
    func mutation(seed: UInt64) {
        var random = SeededGenerator(seed: seed &* 31)
        let original = text(of: randomValue(&random, depth: 4))
        for _ in 0..<Fuzz.count / 500 {
            var bytes = original
            if !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.removeSubrange(index...)
                }
            }
            let isParsed = (try? JSONParser().parse(bytes)) != nil
            let isSkipped = (try? JSONReader.read(bytes) { try $0.skipValue() }) != nil
            #expect(isParsed == isSkipped)
        }
    }
}
