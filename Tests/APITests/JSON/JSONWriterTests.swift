import API
import NIOCore
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(buffer: writer.buffer)
    }

    @Test("puts commas between values and none elsewhere")
    func structure() {
        let json = text {
            $0.beginObject()
            $0.name("a")
            $0.beginArray()
            $0.integer(1)
            $0.beginArray()
            $0.endArray()
            $0.beginObject()
            $0.endObject()
            $0.null()
            $0.endArray()
            $0.name(String("b\""))
            $0.bool(true)
            $0.name(encoded: Array("\"c\":".utf8))
            $0.raw(ByteBuffer(string: "{\"d\":0}"))
            $0.name("e")
            $0.raw("false".utf8)
            $0.name("f")
            $0.string(unescaped: "2026-01-01".utf8)
            $0.endObject()
        }
        #expect(json == #"{"a":[1,[],{},null],"b\"":true,"c":{"d":0},"e":false,"f":"2026-01-01"}"#)
    }

    @Test("escapes what must be escaped and nothing else")
    func escapes() {
        #expect(text { $0.string("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é😀") } == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}é😀\"")
        #expect(text { $0.string("") } == "\"\"")
    }

    @Test("integers of every width")
    func integers() {
        #expect(text { $0.integer(Int64.min) } == "-9223372036854775808")
        #expect(text { $0.integer(UInt64.max) } == "18446744073709551615")
        #expect(text { $0.integer(Int8(-128)) } == "-128")
        #expect(text { $0.integer(0) } == "0")
    }

    @Test(
        "decimals are exact and carry no trailing zeros",
        arguments: [
            (0, "0"), (1, "0.00000001"), (150_000_000, "1.5"), (-12_345_678, "-0.12345678"), (312_500_000, "3.125"), (100_000_000, "1"),
            (2_100_000_000_000_000, "21000000"),
        ] as [(Int64, String)]
    )
    func decimals(units: Int64, expected: String) {
        #expect(text { $0.decimal(units, fractionDigits: 8) } == expected)
    }

    @Test("doubles are short, whole ones have no fraction, others read back as they were")
    func doubles() {
        #expect(text { $0.double(1) } == "1")
        #expect(text { $0.double(-0.0) } == "0")
        #expect(text { $0.double(0.1) } == "0.1")
        #expect(text { $0.double(9_007_199_254_740_991) } == "9007199254740991")
        #expect(text { $0.double(1e300) } == "1e+300")
        #expect(text { $0.double(.nan) } == "null")
        #expect(text { $0.double(-.infinity) } == "null")
    }
}
