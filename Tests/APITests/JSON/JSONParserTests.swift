import API
import Testing

@Suite("JSON parser")
struct JSONParserTests {
    @Test(
        "valid texts",
        arguments: [
            ("null", .null), (" true ", true), ("-0", 0), ("10", 10), ("1.0", .number(1)), ("\"\"", ""), ("[]", []), ("{}", [:]),
            (#""\"\\\/\b\f\n\r\t\u20AC\ud83d\ude00""#, "\"\\/\u{8}\u{c}\n\r\t€😀"), ("[1,[2,[3]]]", [1, [2, [3]]]),
            ("{\"a\":{\"b\":[false]}}", ["a": ["b": [false]]]), ("\"é€😀\"", "é€😀"), ("\"\\u0000\"", "\0"), ("\t\r\n 1e1", .number(10)),
        ] as [(String, JSONValue)]
    )
    func valid(text: String, expected: JSONValue) throws {
        #expect(try JSONParser().parse(text) == expected)
    }

    @Test(
        "invalid texts",
        arguments: [
            "", " ", "nul", "nulL", "tru", "True", "01", "-", "-01", "1.", ".5", "1e", "1e+", "+1", "0x10", "NaN", "Infinity", "[", "]",
            "[1", "[1,",
            "[1,]", "[,1]", "[1 2]", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\" 1}", "{1:1}", "[1}",
            "{\"a\":1]",
            "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\n\"", "\"\u{1}\"", "'a'", "/*c*/1", "1 // c", "[1]]", "1 2",
            "{}x",
            "\u{A0}1", "-Infinity", "1e400", "-1e400", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800\\", "\u{FEFF}{}",
        ]
    )
    func invalid(text: String) {
        #expect(throws: JSONError.self) { try JSONParser().parse(text) }
    }

    @Test("the error says what is wrong")
    func reasons() {
        func reason(_ text: String, _ parser: JSONParser = JSONParser()) -> JSONError? {
            do throws(JSONError) {
                _ = try parser.parse(text)
                return nil
            } catch { return error }
        }
        #expect(reason("{\"a\":1}x") == .trailingData(offset: 7))
        #expect(reason("[") == .unexpectedEnd)
        #expect(reason("\u{FEFF}1") == .byteOrderMark)
        #expect(reason("1e400") == .numberOutOfRange(offset: 0))
        #expect(reason("[\"\\udfff\"]") == .loneSurrogate(offset: 2))
        #expect(reason("[01]") == .syntax(offset: 1))
        #expect(reason("[[]]", JSONParser(maximumDepth: 1)) == .depth(maximum: 1))
        #expect(reason(#"{"a":1,"\u0061":2}"#, JSONParser(duplicateMembers: .refused)) == .duplicateMember("a"))
    }

    @Test(
        "bytes that are not UTF-8 are refused inside strings",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xFF],
            [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80], [0xC3, 0x28],
        ] as [[UInt8]]
    )
    func invalidUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.invalidUTF8(offset: 1)) { try JSONParser().parse([0x22] + bytes + [0x22]) }
    }

    @Test("nesting is accepted up to the maximum and not beyond")
    func depth() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSONParser(maximumDepth: 16).parse(nested(16)) }
        #expect(throws: JSONError.depth(maximum: 16)) { try JSONParser(maximumDepth: 16).parse(nested(17)) }
        #expect(throws: JSONError.depth(maximum: 64)) { try JSONParser(maximumDepth: 10_000).parse(nested(5_000)) }
        #expect(throws: Never.self) { try JSONParser(maximumDepth: 0).parse("1") }
        #expect(throws: JSONError.depth(maximum: 0)) { try JSONParser(maximumDepth: 0).parse("[]") }
    }

    @Test("of duplicate members the last wins at the place of the first")
    func duplicates() throws {
        let value = try JSONParser().parse(#"{"a":1,"b":2,"a":3}"#)
        #expect(value.objectValue?.map(\.name) == ["a", "b"])
        #expect(value["a"] == 3)
    }

    @Test("member names are compared byte by byte")
    func byteNames() throws {
        let value = try JSONParser(duplicateMembers: .refused).parse(#"{"\u00e9":1,"e\u0301":2}"#)
        #expect(value.objectValue?.count == 2)
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test("objects of many members stay ordered and quick to search")
    func manyMembers() throws {
        let text = "{" + (0..<5_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",") + "}"
        var object = try #require(try JSONParser().parse(text).objectValue)
        #expect(object.count == 5_000)
        #expect(object["m4999"] == 4_999)
        object["m0"] = nil
        object["m4999"] = "x"
        #expect(object.first?.name == "m1")
        #expect(object["m4999"] == "x")
        #expect(object["m0"] == nil)
    }

    @Test("a lone surrogate can be replaced instead of refused")
    func replacement() throws {
        let parser = JSONParser(loneSurrogateReplacement: "\0")
        #expect(try parser.parse(#""a\ud800b""#) == "a\0b")
        #expect(try parser.parse(#""\ud83d\ude00\udc00""#) == "😀\0")
    }

    @Test("no coercion between kinds")
    func accessors() {
        #expect(JSONValue.string("5").int64Value == nil)
        #expect(JSONValue.integer(1).boolValue == nil)
        #expect(JSONValue.number(1).int64Value == 1)
        #expect(JSONValue.number(1.5).int64Value == nil)
        #expect(JSONValue.number(1e300).int64Value == nil)
        #expect(JSONValue.integer(3).doubleValue == 3)
        #expect(JSONValue.array([1])[0] == 1)
        #expect(JSONValue.array([1])[1] == nil)
        #expect(JSONValue.null.isNull)
    }
}
