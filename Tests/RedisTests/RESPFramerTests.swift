import NIOCore
import Testing

@testable import Redis

/// Everything a framer says about a stream of bytes.
private struct Outcome: Equatable {
    var frames: [RESPFrame] = []
    var error: RESPProtocolError?
}

/// Feeds the pieces one after the other.
private func parse(_ pieces: [[UInt8]], limits: RESPLimits = RESPLimits()) -> Outcome {
    var framer = RESPFramer(limits: limits)
    var buffer = ByteBuffer()
    var outcome = Outcome()
    for piece in pieces {
        buffer.writeBytes(piece)
        do {
            while let frame = try framer.next(from: &buffer) { outcome.frames.append(frame) }
        } catch {
            outcome.error = error
            return outcome
        }
    }
    return outcome
}

private func value(_ text: String) -> RESPValue? {
    let outcome = parse([Array(text.utf8)])
    guard outcome.frames.count == 1, outcome.error == nil else { return nil }
    return outcome.frames[0].value()
}

private func failure(_ text: String, limits: RESPLimits = RESPLimits()) -> RESPProtocolError? {
    parse([Array(text.utf8)], limits: limits).error
}

@Suite("RESP3 framing and decoding")
struct RESPFramerTests {
    @Test("every scalar type is read")
    func scalars() {
        #expect(value("+OK\r\n") == .simpleString("OK"))
        #expect(value("+\r\n") == .simpleString(""))
        #expect(value("-WRONGTYPE no list\r\n") == .error(RedisServerError(code: "WRONGTYPE", message: "no list")))
        #expect(value(":42\r\n") == .integer(42))
        #expect(value(":-9223372036854775808\r\n") == .integer(.min))
        #expect(value(":+9223372036854775807\r\n") == .integer(.max))
        #expect(value("$5\r\na\r\nbc\r\n") == .bulkString(ByteBuffer(string: "a\r\nbc")))
        #expect(value("$0\r\n\r\n") == .bulkString(ByteBuffer()))
        #expect(value("_\r\n") == .null)
        #expect(value("$-1\r\n") == .null)
        #expect(value("*-1\r\n") == .null)
        #expect(value("#t\r\n") == .boolean(true))
        #expect(value("#f\r\n") == .boolean(false))
        #expect(value(",1.5e3\r\n") == .double(1500))
        #expect(value(",inf\r\n") == .double(.infinity))
        #expect(value(",-inf\r\n") == .double(-.infinity))
        #expect(value(",nan\r\n")?.double?.isNaN == true)
        #expect(value("(3492890328409238509324850943850943825024385\r\n") == .bigNumber("3492890328409238509324850943850943825024385"))
        #expect(value("!9\r\nERR a\r\nbc\r\n") == .error(RedisServerError(code: "ERR", message: "a\r\nbc")))
        #expect(value("=8\r\nmkd:bold\r\n") == .verbatimString(format: "mkd", ByteBuffer(string: "bold")))
    }

    @Test("every aggregate type is read, nested and empty")
    func aggregates() {
        #expect(value("*2\r\n:1\r\n*1\r\n+a\r\n") == .array([.integer(1), .array([.simpleString("a")])]))
        #expect(value("*0\r\n") == .array([]))
        #expect(value("~2\r\n:1\r\n:2\r\n") == .set([.integer(1), .integer(2)]))
        #expect(value(">2\r\n+invalidate\r\n_\r\n") == .push([.simpleString("invalidate"), .null]))
        #expect(value("%1\r\n+a\r\n*0\r\n") == .map([.init(key: .simpleString("a"), value: .array([]))]))
        #expect(value("*3\r\n*0\r\n%0\r\n~0\r\n") == .array([.array([]), .map([]), .set([])]))
    }

    @Test("attributes before and inside values are dropped")
    func attributes() {
        #expect(value("|1\r\n+ttl\r\n:9\r\n$1\r\nx\r\n") == .bulkString(ByteBuffer(string: "x")))
        #expect(value("|0\r\n:1\r\n") == .integer(1))
        #expect(value("|1\r\n+a\r\n*1\r\n:1\r\n|1\r\n+b\r\n:2\r\n:3\r\n") == .integer(3))
        #expect(value("*2\r\n:1\r\n|1\r\n+a\r\n|1\r\n+deep\r\n:0\r\n:5\r\n:2\r\n") == .array([.integer(1), .integer(2)]))
        let frames = parse([Array("|1\r\n+a\r\n:1\r\n:2\r\n".utf8)]).frames
        #expect(frames.map { String(buffer: $0.bytes) } == [":2\r\n"])
    }

    @Test("several values in one read come out in order, an incomplete one waits")
    func sequence() {
        let outcome = parse([Array("+a\r\n:1\r\n$3\r\nab".utf8)])
        #expect(outcome.frames.map { $0.value() } == [.simpleString("a"), .integer(1)])
        #expect(outcome.error == nil)
    }

    @Test(
        "malformed values are refused",
        arguments: [
            ("x\r\n", RESPProtocolError.unknownType), ("\r\n", .unknownType), ("+a\n", .badTerminator), ("+a\rb", .badTerminator),
            (":\r\n", .malformedValue), (":1a\r\n", .malformedValue), (":-\r\n", .malformedValue),
            (":9223372036854775808\r\n", .malformedValue), ("$-2\r\n", .malformedValue), ("$2\r\nabc\r\n", .badTerminator),
            ("*-2\r\n", .malformedValue), ("%-1\r\n", .malformedValue), ("_x\r\n", .malformedValue), ("#x\r\n", .malformedValue),
            (",\r\n", .malformedValue), (",0x1p3\r\n", .malformedValue), (",1,5\r\n", .malformedValue), ("(1x\r\n", .malformedValue),
            ("=3\r\ntxt\r\n", .malformedValue), ("=5\r\nabcde\r\n", .malformedValue), ("!-1\r\n", .malformedValue),
            ("$?\r\n", .malformedValue),
        ]
    )
    func malformed(text: String, expected: RESPProtocolError) {
        #expect(failure(text) == expected)
    }

    @Test("limits of size and nesting hold")
    func limits() {
        let limits = RESPLimits(maxDepth: 2, maxElements: 3, maxBulkBytes: 4, maxLineBytes: 5, maxFrameBytes: 24)
        #expect(failure("*1\r\n*1\r\n*0\r\n", limits: limits) == nil)
        #expect(failure("*1\r\n*1\r\n*1\r\n:1\r\n", limits: limits) == .tooDeep)
        #expect(failure("*4\r\n", limits: limits) == .tooManyElements)
        #expect(failure("%4\r\n", limits: limits) == .tooManyElements)
        #expect(failure("$5\r\n", limits: limits) == .bulkTooLarge)
        #expect(failure("$99999\r\n", limits: limits) == .bulkTooLarge)
        #expect(failure("+12345\r\n", limits: limits) == nil)
        #expect(failure("+123456", limits: limits) == .lineTooLong)
        #expect(failure("*3\r\n$4\r\nabcd\r\n$4\r\nabcd\r\n", limits: limits) == nil)
        #expect(failure("*3\r\n$4\r\nabcd\r\n$4\r\nabcd\r\n:1\r\n", limits: limits) == .frameTooLarge)
    }

    @Test("after an error nothing more is read")
    func stopsAfterError() {
        var framer = RESPFramer()
        var buffer = ByteBuffer(string: "x\r\n")
        for _ in 0..<2 {
            do {
                _ = try framer.next(from: &buffer)
                Issue.record("read on")
            } catch {
                #expect(error == .unknownType)
            }
            buffer = ByteBuffer(string: "+OK\r\n")
        }
    }

    @Test("an announced length tells how many bytes are needed")
    func bytesNeeded() throws {
        var framer = RESPFramer()
        var buffer = ByteBuffer(string: "*2\r\n:1\r\n$1000\r\nabc")
        let frame = try framer.next(from: &buffer)
        #expect(frame == nil)
        #expect(framer.bytesNeeded == 4 + 4 + 7 + 1002)
    }
}

@Suite("RESP3 framing of arbitrary bytes")
struct RESPFuzzTests {
    private static let limits = RESPLimits(maxDepth: 6, maxElements: 64, maxBulkBytes: 200, maxLineBytes: 40, maxFrameBytes: 2000)

    /// A random well-formed value.
    private func valid(_ chance: inout Chance, depth: Int = 0) -> String {
        let word = String((0..<Int.random(in: 0...12, using: &chance)).map { _ in "abc-\r\n:$*é".randomElement(using: &chance) ?? "a" })
        let line = word.filter { !$0.isNewline }
        let children = { (chance: inout Chance, count: Int) in (0..<count).map { _ in valid(&chance, depth: depth + 1) }.joined() }
        let count = Int.random(in: 0...4, using: &chance)
        switch Int.random(in: 0...(depth < 3 ? 14 : 9), using: &chance) {
        case 0: return "+\(line)\r\n"
        case 1: return "-ERR \(line)\r\n"
        case 2: return ":\(Int.random(in: .min ... .max, using: &chance))\r\n"
        case 3: return "$\(word.utf8.count)\r\n\(word)\r\n"
        case 4: return "_\r\n"
        case 5: return Bool.random(using: &chance) ? "#t\r\n" : "#f\r\n"
        case 6: return ",\(Double.random(in: -1e9...1e9, using: &chance))\r\n"
        case 7: return "(-12345678901234567890123\r\n"
        case 8: return "!\(word.utf8.count + 4)\r\nERR \(word)\r\n"
        case 9: return "=\(word.utf8.count + 4)\r\ntxt:\(word)\r\n"
        case 10: return "*\(count)\r\n" + children(&chance, count)
        case 11: return "%\(count)\r\n" + children(&chance, 2 * count)
        case 12: return "~\(count)\r\n" + children(&chance, count)
        case 13: return "|\(count)\r\n" + children(&chance, 2 * count) + valid(&chance, depth: depth + 1)
        default: return ">\(count)\r\n" + children(&chance, count)
        }
    }

    private func split(_ bytes: [UInt8], _ chance: inout Chance) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = Int.random(in: 1...max(1, [1, 3, 40, rest.count].randomElement(using: &chance) ?? 1), using: &chance)
            pieces.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return pieces
    }

    @Test("the result never depends on where the stream is split", arguments: 0..<8)
    func splits(seed: Int) {
        var chance = Chance(state: UInt64(seed))
        for round in 0..<1_500 {
            var bytes = (0..<Int.random(in: 1...6, using: &chance)).flatMap { _ in Array(valid(&chance).utf8) }
            if round % 3 != 0, !bytes.isEmpty {
                // Damage: changed, dropped and inserted bytes.
                for _ in 0..<Int.random(in: 1...4, using: &chance) where !bytes.isEmpty {
                    let at = Int.random(in: 0..<bytes.count, using: &chance)
                    switch Int.random(in: 0...2, using: &chance) {
                    case 0: bytes[at] = UInt8.random(in: 0...255, using: &chance)
                    case 1: bytes.remove(at: at)
                    default: bytes.insert("\r\n*$:%9".utf8.randomElement(using: &chance) ?? 0, at: at)
                    }
                }
            }
            let whole = parse([bytes], limits: Self.limits)
            #expect(parse(bytes.map { [$0] }, limits: Self.limits) == whole)
            #expect(parse(split(bytes, &chance), limits: Self.limits) == whole)
            for frame in whole.frames { _ = frame.value() }
        }
    }

    @Test("undamaged values come back whole, byte for byte")
    func undamaged() {
        var chance = Chance(state: 99)
        for _ in 0..<2_000 {
            let text = valid(&chance)
            let outcome = parse(split(Array(text.utf8), &chance))
            #expect(outcome.error == nil)
            #expect(outcome.frames.count == 1)
            if let frame = outcome.frames.first { #expect(text.hasSuffix(String(buffer: frame.bytes))) }
        }
    }

    @Test("noise neither crashes nor depends on splits", arguments: 0..<4)
    func noise(seed: Int) {
        var chance = Chance(state: UInt64(1000 + seed))
        let alphabet = Array("+-:$*_#,(!=%~>|0123456789\r\nab".utf8)
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &chance)).map { _ in alphabet.randomElement(using: &chance) ?? 0 }
            let whole = parse([bytes], limits: Self.limits)
            #expect(parse(bytes.map { [$0] }, limits: Self.limits) == whole)
            for frame in whole.frames { _ = frame.value() }
        }
    }

    @Test("stream decoders refuse any other shape without crashing")
    func foreignShapes() {
        var chance = Chance(state: 7)
        for _ in 0..<5_000 {
            for frame in parse([Array(valid(&chance).utf8)]).frames {
                _ = try? frame.withReader { reader throws(RESPDecodingError) in try reader.streamBatches() }
                _ = try? frame.withReader { reader throws(RESPDecodingError) in try reader.streamEntries() }
                _ = RedisMessage(frame)
                _ = frame.isSubscriptionConfirmation
            }
        }
    }
}
