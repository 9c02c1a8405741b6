import NIOCore
import Testing

@testable import Redis

/// Maps of numbers read without making values of them.
@Suite("Pairs of a map")
struct RESPTextTests {
    private func pairs(_ text: String) throws -> [String] {
        var framer = RESPFramer(limits: RESPLimits())
        var buffer = ByteBuffer(string: text)
        let frame = try #require(try framer.next(from: &buffer))
        var found: [String] = []
        frame.forEachPair { name, value in
            let letter = name.first.map { String(Unicode.Scalar($0)) } ?? ""
            let number = name.integer(after: 1).map { "\($0)" } ?? "-"
            found.append("\(letter)|\(number)|\(value.double.map { "\($0)" } ?? "-")")
        }
        return found
    }

    @Test("Names and values of maps and of RESP2's arrays come in their order, whatever they are")
    func maps() throws {
        #expect(try pairs("%2\r\n$3\r\ns12\r\n$3\r\n1.5\r\n+h-7\r\n$4\r\n2e10\r\n") == ["s|12|1.5", "h|-7|20000000000.0"])
        #expect(try pairs("*4\r\n$2\r\nm1\r\n$1\r\n2\r\n$5\r\nswept\r\n$3\r\nnow\r\n") == ["m|1|2.0", "s|-|-"])
        #expect(try pairs("%1\r\n$0\r\n\r\n$0\r\n\r\n") == ["|-|-"])
        #expect(try pairs("%0\r\n").isEmpty)
    }

    @Test("Pairs of other types are passed over, with everything inside them")
    func others() throws {
        #expect(try pairs("%3\r\n$1\r\na\r\n*2\r\n$1\r\nx\r\n$1\r\ny\r\n:4\r\n$1\r\nb\r\n$2\r\nn3\r\n$1\r\n9\r\n") == ["n|3|9.0"])
        #expect(try pairs("*3\r\n$2\r\nm1\r\n$1\r\n2\r\n$5\r\nalone\r\n") == ["m|1|2.0"])
    }

    @Test("An answer that is no map has no pairs", arguments: ["_\r\n", ":4\r\n", "$2\r\nok\r\n", "-ERR no\r\n", "*-1\r\n"])
    func noMap(text: String) throws {
        #expect(try pairs(text).isEmpty)
    }

    @Test("Every decimal text is the double nearest to it, short or long", arguments: 0..<4)
    func doubles(seed: Int) throws {
        var chance = Chance(state: UInt64(seed))
        func number(_ text: String) -> Double? { Array(text.utf8).withUnsafeBytes { RESPText(bytes: $0).double } }
        for _ in 0..<20_000 {
            let digits = (0..<Int.random(in: 1...18, using: &chance)).map { _ in String(Int.random(in: 0...9, using: &chance)) }
            let point = Int.random(in: 0...digits.count, using: &chance)
            let fraction = digits[point...].joined()
            let text = (point == 0 ? "0" : digits[..<point].joined()) + (fraction.isEmpty ? "" : "." + fraction)
            #expect(number(text) == Double(text), "\(text)")
        }
        for text in ["0", "0.1", "999999999999999", "0.000000000000001", "-1.5", "1e300", "4096"] { #expect(number(text) == Double(text)) }
        for text in ["", ".", "1.", ".5", "1..2", "1 ", "x", "--1", "1.2.3"] { #expect(number(text) == Double(text), "\(text)") }
    }
}
