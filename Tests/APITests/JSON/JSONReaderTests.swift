import API
import NIOCore
import Testing

@Suite("JSON reader")
struct JSONReaderTests {
    @Test("reads an object member by member without a tree")
    func pull() throws {
        let text = #" { "name" : "rig\u00e9\n", "difficulty":65536.5 ,"ok":true, "none":null,"list":[1,-2, 3e2], "skip":{"a":[{}, "]"]}} "#
        var name = ""
        var difficulty = 0.0
        var flag = false
        var wasNull = false
        var list: [Int64] = []
        try JSONReader.read(text.utf8) { reader in
            try reader.beginObject()
            while let member = try reader.nextMember() {
                switch member {
                case "name": name = try reader.readString()
                case "difficulty": difficulty = try reader.readDouble()
                case "ok": flag = try reader.readBool()
                case "none": wasNull = try reader.readNullIfPresent()
                case "list":
                    try reader.beginArray()
                    while try reader.nextElement() { list.append(try reader.readInt64()) }
                default: try reader.skipValue()
                }
            }
        }
        #expect(name == "rigé\n")
        #expect(difficulty == 65536.5)
        #expect(flag && wasNull)
        #expect(list == [1, -2, 300])
    }

    @Test("an escaped member name equals its literal")
    func escapedName() throws {
        let value = try JSONReader.read(#"{"\u0061b":7}"#.utf8) { reader in
            try reader.beginObject()
            guard let name = try reader.nextMember(), name == "ab" else { return Int64(0) }
            let value = try reader.readInt64()
            #expect(try reader.nextMember() == nil)
            return value
        }
        #expect(value == 7)
    }

    @Test("a value that is not consumed is an error, not a misread")
    func unconsumed() {
        #expect(throws: JSONError.self) {
            try JSONReader.read("[1,2]".utf8) { reader in
                try reader.beginArray()
                while try reader.nextElement() {}
            }
        }
        #expect(throws: JSONError.self) {
            try JSONReader.read("[1]".utf8) { reader in
                try reader.beginArray()
                _ = try reader.nextMember()
            }
        }
    }

    @Test("asking for another kind tells which kind is there")
    func kinds() {
        #expect(throws: JSONError.unexpectedType(.string, offset: 0)) { try JSONReader.read(#""1""#.utf8) { try $0.readInt64() } }
        #expect(throws: JSONError.unexpectedType(.number, offset: 1)) { try JSONReader.read(" 1.5".utf8) { try $0.readInt64() } }
        #expect(throws: JSONError.unexpectedType(.array, offset: 0)) { try JSONReader.read("[]".utf8) { try $0.beginObject() } }
        #expect(throws: JSONError.unexpectedType(.number, offset: 0)) { try JSONReader.read("1".utf8) { try $0.readBool() } }
        #expect(throws: JSONError.unexpectedType(.null, offset: 0)) { try JSONReader.read("null".utf8) { try $0.readString() } }
    }

    @Test("integers: whole numbers of any notation, exactly 64 bits")
    func integers() throws {
        func read(_ text: String) throws -> Int64 { try JSONReader.read(text.utf8) { try $0.readInt64() } }
        #expect(try read("9223372036854775807") == .max)
        #expect(try read("-9223372036854775808") == .min)
        #expect(try read("1.0") == 1)
        #expect(try read("1e3") == 1000)
        #expect(try read("-0") == 0)
        #expect(throws: JSONError.numberOutOfRange(offset: 0)) { try read("9223372036854775808") }
        #expect(throws: JSONError.numberOutOfRange(offset: 0)) { try read("1e19") }
    }

    @Test(
        "doubles are the nearest ones",
        arguments: [
            "0.1", "123456.789", "5e-324", "2.2250738585072014e-308", "1.7976931348623157e308", "9007199254740993", "0.30000000000000004",
            "18446744073709551616", "123456789012345678901234567890", "-1E-7", "1e22", "1e23", "0.000000000000000000000000000000000001",
            "1e-400",
        ]
    )
    func doubles(text: String) throws {
        #expect(try JSONReader.read(text.utf8) { try $0.readDouble() } == Double(text) ?? 0)
    }

    @Test("reads a subtree as a value and goes on behind it")
    func subtree() throws {
        let (tree, last) = try JSONReader.read(#"[{"a":[1,null]}, 5]"#.utf8) { reader in
            try reader.beginArray()
            _ = try reader.nextElement()
            let tree = try reader.readValue()
            _ = try reader.nextElement()
            let last = try reader.readInt()
            _ = try reader.nextElement()
            return (tree, last)
        }
        #expect(tree == ["a": [1, nil]])
        #expect(last == 5)
    }
}
