/// A string or member name inside a JSON text, not yet copied out of it. Valid as long as the bytes of its reader.
///
/// Compares with literals without allocating, so that a `switch` over member names costs nothing.
public struct JSONText {
    /// The bytes between the quotes, escapes untouched.
    public let escapedBytes: UnsafeRawBufferPointer
    /// Whether the text holds at least one escape.
    public let hasEscapes: Bool
    let loneSurrogateReplacement: Unicode.Scalar?

    /// The text as a string, escapes resolved.
    public var string: String {
        hasEscapes ? String(decoding: unescapedBytes(), as: UTF8.self) : String(decoding: escapedBytes, as: UTF8.self)
    }

    /// Whether the text consists of exactly these bytes.
    public static func == (text: JSONText, literal: StaticString) -> Bool {
        let expected = UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        if text.hasEscapes { return text.unescapedBytes().elementsEqual(expected) }
        return text.escapedBytes.count == expected.count && text.escapedBytes.elementsEqual(expected)
    }

    /// Lets a text be matched by string literals in a `switch`.
    public static func ~= (literal: StaticString, text: JSONText) -> Bool {
        text == literal
    }

    /// Resolves the escapes, which the reader has already found to be well-formed.
    private func unescapedBytes() -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(escapedBytes.count)
        var index = 0
        while index < escapedBytes.count {
            let byte = escapedBytes[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            let escape = escapedBytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let (scalar, length) = JSONText.scalar(in: escapedBytes, at: index)
                index += length
                if let scalar = scalar ?? loneSurrogateReplacement { result.append(contentsOf: Character(scalar).utf8) }
            default: result.append(escape)
            }
        }
        return result
    }

    /// The scalar of a `\u` escape whose digits begin at `index` (four hex digits, checked before), and how many bytes it takes from there:
    /// 4, or 10 for a surrogate pair. A nil scalar is a lone surrogate.
    static func scalar(in bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: Unicode.Scalar?, length: Int) {
        let first = hexadecimal(bytes, at: index) ?? 0
        guard first & 0xF800 == 0xD800 else { return (Unicode.Scalar(first), 4) }
        guard first < 0xDC00, index + 10 <= bytes.count,
            bytes[index + 4] == UInt8(ascii: "\\"), bytes[index + 5] == UInt8(ascii: "u"),
            let second = hexadecimal(bytes, at: index + 6), second & 0xFC00 == 0xDC00
        else { return (nil, 4) }
        return (Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)), 10)
    }

    /// Four hexadecimal digits at `index`; nil when they are missing or something else.
    static func hexadecimal(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }
}
