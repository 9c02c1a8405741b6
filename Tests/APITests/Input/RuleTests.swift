import Foundation
import HTTPTypes
import Testing

@testable import API

@Suite("Field rules")
struct RuleTests {
    /// Reads one member by a rule: the value, or the codes of its faults.
    private func read<Value>(_ json: String, _ rule: FieldRule<Value>) throws -> (value: Value?, faults: [String]) {
        var faults = FaultList()
        let source = FieldSource.json(try JSONParser(loneSurrogateReplacement: "\0").parse(json))
        let value = faults.within("f") { rule.read(source, &$0) }
        return (value, faults.faults.map { "\($0.field):\($0.code.rawValue)" })
    }

    private func read<Value>(text: String, _ rule: FieldRule<Value>) -> (value: Value?, faults: [String]) {
        var faults = FaultList()
        let value = rule.read(.text(text), &faults)
        return (value, faults.faults.map(\.code.rawValue))
    }

    @Test(
        "integers in JSON: no coercion, whole numbers of any notation",
        arguments: [
            ("1", 1, nil), ("1.0", 1, nil), ("1e1", 10, nil), ("100", 100, nil), ("0", nil, "f:out_of_range"),
            ("101", nil, "f:out_of_range"),
            ("1.5", nil, "f:type"), ("\"5\"", nil, "f:type"), ("true", nil, "f:type"), ("null", nil, "f:type"), ("[1]", nil, "f:type"),
            ("1e300", nil, "f:out_of_range"), ("99999999999999999999", nil, "f:out_of_range"),
        ] as [(String, Int?, String?)]
    )
    func integers(json: String, value: Int?, fault: String?) throws {
        let result = try read(json, .integer(1...100))
        #expect(result.value == value)
        #expect(result.faults == (fault.map { [$0] } ?? []))
    }

    @Test(
        "integers in text",
        arguments: [
            ("5", 5, nil), ("-3", -3, nil), ("+5", nil, "type"), ("5.0", nil, "type"), ("0x5", nil, "type"), ("-", nil, "type"),
            ("５", nil, "type"),
            (" 5", nil, "type"), ("99999999999999999999", nil, "out_of_range"),
        ] as [(String, Int?, String?)]
    )
    func textIntegers(text: String, value: Int?, fault: String?) {
        let result = read(text: text, .integer())
        #expect(result.value == value)
        #expect(result.faults == (fault.map { [$0] } ?? []))
    }

    @Test("numbers")
    func numbers() throws {
        #expect(try read("1", .number(0...2)).value == 1)
        #expect(try read("0.5", .number(0...2)).value == 0.5)
        #expect(try read("2.1", .number(0...2)).faults == ["f:out_of_range"])
        #expect(try read("0", .number(greaterThan: 0)).faults == ["f:out_of_range"])
        #expect(try read("\"1\"", .number).faults == ["f:type"])
        #expect(read(text: "1e3", .number).value == 1000)
        #expect(read(text: "NaN", .number).faults == ["type"])
        #expect(read(text: "inf", .number).faults == ["type"])
    }

    @Test("booleans")
    func booleans() throws {
        #expect(try read("true", .boolean).value == true)
        #expect(try read("1", .boolean).faults == ["f:type"])
        #expect(try read("\"true\"", .boolean).faults == ["f:type"])
        #expect(read(text: "false", .boolean).value == false)
        #expect(read(text: "TRUE", .boolean).faults == ["type"])
        #expect(read(text: "1", .boolean).faults == ["type"])
    }

    @Test(
        "texts are normalised, trimmed and counted in scalars",
        arguments: [
            ("\"abc\"", "abc", nil), ("\"  abc \\u00a0\"", "abc", nil), ("\"e\\u0301e\\u0301e\\u0301\"", "ééé", nil),
            ("\"😀😀😀😀\"", "😀😀😀😀", nil),
            ("\"ab\"", nil, "f:too_short"), ("\"  ab  \"", nil, "f:too_short"), ("\"abcde\"", nil, "f:too_long"),
            ("\"\"", nil, "f:too_short"),
            ("5", nil, "f:type"), ("null", nil, "f:type"), ("\"a\\nb\"", nil, "f:invalid_characters"),
            ("\"abc\\u007f\"", nil, "f:invalid_characters"),
            ("\"abc\\u0085\"", nil, "f:invalid_characters"), ("\"abc\\u202e\"", nil, "f:invalid_characters"),
            ("\"abc\\u2066\"", nil, "f:invalid_characters"), ("\"abc\\u200d\"", nil, "f:invalid_characters"),
            ("\"abc\\u2060\"", nil, "f:invalid_characters"), ("\"abc\\ufeff\"", nil, "f:invalid_characters"),
            ("\"abc\\u0000\"", nil, "f:invalid_characters"), ("\"abc\\ud800\"", nil, "f:invalid_characters"),
        ] as [(String, String?, String?)]
    )
    func texts(json: String, value: String?, fault: String?) throws {
        let result = try read(json, .string(3...4))
        #expect(
            result.value.map { Array($0.unicodeScalars) } == value.map { Array($0.precomposedStringWithCanonicalMapping.unicodeScalars) }
        )
        #expect(result.faults == (fault.map { [$0] } ?? []))
    }

    @Test("multi-line and untrimmed texts")
    func textOptions() throws {
        #expect(try read("\"a\\nb\"", .string(1...9, isMultiline: true)).value == "a\nb")
        #expect(try read("\"a\\r\\nb\"", .string(1...9, isMultiline: true)).faults == ["f:invalid_characters"])
        #expect(try read("\" a \"", .string(1...9, trims: false)).value == " a ")
    }

    @Test("enumerations")
    func enumerations() throws {
        #expect(try read("\"large\"", FieldRule<Item.Kind>.oneOf()).value == .large)
        #expect(try read("\"Large\"", FieldRule<Item.Kind>.oneOf()).faults == ["f:not_allowed"])
        #expect(try read("1", FieldRule<Item.Kind>.oneOf()).faults == ["f:type"])
        #expect(try read("\"large\"", FieldRule<Item.Kind>.oneOf([.small])).faults == ["f:not_allowed"])
    }

    @Test("formats")
    func formats() throws {
        let day = FieldRule<Int>.format("date", standIn: 0) { $0 == "2026-01-02" ? 2 : nil }
        #expect(try read("\"2026-01-02\"", day).value == 2)
        #expect(try read("\"2026-1-2\"", day).faults == ["f:format"])
        #expect(try read("20260102", day).faults == ["f:type"])
        let long = String(repeating: "x", count: 5000)
        #expect(try read("\"\(long)\"", FieldRule<String>.format("x", standIn: "", parse: { $0 })).faults == ["f:format"])
    }

    @Test("further conditions and mappings")
    func combined() throws {
        let even = FieldRule.integer(0...9).checked("odd", "Must be even.") { $0 % 2 == 0 }
        #expect(try read("4", even).value == 4)
        #expect(try read("3", even).faults == ["f:odd"])
        #expect(try read("12", even).faults == ["f:out_of_range"])
        let upper = FieldRule.string(2...2).mapped(standIn: "") { $0 == "zz" ? nil : $0.uppercased() }
        #expect(try read("\"de\"", upper).value == "DE")
        #expect(try read("\"zz\"", upper).faults == ["f:format"])
    }

    @Test("arrays report each element by position")
    func arrays() throws {
        let rule = FieldRule<[Int]>.array(of: .integer(1...5), 1...3)
        #expect(try read("[1,5]", rule).value == [1, 5])
        #expect(try read("[]", rule).faults == ["f:too_short"])
        #expect(try read("[1,2,3,4]", rule).faults == ["f:too_long"])
        #expect(try read("[1,9,\"x\"]", rule).faults == ["f.1:out_of_range", "f.2:type"])
        #expect(try read("{}", rule).faults == ["f:type"])
        #expect(read(text: "1", rule).faults == ["type"])
    }

    @Test("dictionaries report members by position, never by the client's names")
    func dictionaries() throws {
        let rule = FieldRule<[String: Int]>.dictionary(of: .integer(), 0...2)
        #expect(try read("{\"a\":1}", rule).value == ["a": 1])
        #expect(try read("{\"a\":1,\"secret\":\"x\"}", rule).faults == ["f.1:type"])
        #expect(try read("{\"a\":1,\"b\":2,\"c\":3}", rule).faults == ["f:too_long"])
    }

    @Test("any value passes as it is")
    func any() throws {
        #expect(try read("{\"a\":[1]}", .any).value == ["a": [1]])
    }
}
