public import NIOCore

/// Writes JSON text as bytes, inserting commas where they belong.
///
///     var writer = JSONWriter(capacity: 256)
///     writer.beginObject()
///     writer.name("points")
///     writer.beginArray()
///     for point in points { writer.double(point) }
///     writer.endArray()
///     writer.endObject()
///
/// The writer trusts its caller to pair begin with end and to give every member a name.
public struct JSONWriter: Sendable {
    /// The text so far.
    public private(set) var bytes: [UInt8] = []
    /// Whether a value has been written at this level, so that the next one needs a comma.
    private var needsComma = false

    /// A writer with room for some bytes before it has to grow.
    public init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// A copy of the text so far.
    public var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

    // MARK: Containers

    /// Opens an object.
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Closes an object.
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Opens an array.
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Closes an array.
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes a member's name. A value must follow.
    public mutating func name(_ name: StaticString) {
        separate()
        appendEscaped(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name that is not known before run time. A value must follow.
    public mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name whose quotes, escapes and colon are already in place: `"limit":`. A value must follow.
    public mutating func name(encoded: [UInt8]) {
        separate()
        bytes.append(contentsOf: encoded)
        needsComma = false
    }

    // MARK: Values

    /// Writes `null`.
    public mutating func null() { literal("null") }

    /// Writes a boolean.
    public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    /// Writes an integer.
    public mutating func integer(_ value: some FixedWidthInteger & SignedInteger) {
        separate()
        append(magnitude: UInt64(value.magnitude), isNegative: value < 0, fractionDigits: 0)
    }

    /// Writes an unsigned integer.
    public mutating func integer(_ value: some FixedWidthInteger & UnsignedInteger) {
        separate()
        append(magnitude: UInt64(value), isNegative: false, fractionDigits: 0)
    }

    /// Writes `units` × 10^-`fractionDigits` exactly, without trailing zeros: 150,000,000 with 8 digits is `1.5`. At most 18 digits.
    public mutating func decimal(_ units: Int64, fractionDigits: Int) {
        var magnitude = units.magnitude
        var digits = min(max(fractionDigits, 0), 18)
        while digits > 0, magnitude % 10 == 0 {
            magnitude /= 10
            digits -= 1
        }
        separate()
        append(magnitude: magnitude, isNegative: units < 0, fractionDigits: digits)
    }

    /// Writes the shortest text that reads back as the same double, whole numbers below 2^53 without fraction.
    /// JSON has no text for NaN and the infinities: they become `null`.
    public mutating func double(_ value: Double) {
        if value.magnitude < 0x1p53, value == value.rounded(.towardZero) { return integer(Int64(value)) }
        guard value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes a string with quotes, escaping what JSON demands.
    public mutating func string(_ value: String) {
        separate()
        var value = value
        value.withUTF8 { appendEscaped(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a text that needs no escaping, such as a number in a string or an instant.
    public mutating func string(unescaped text: some Sequence<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Inserts a value that is JSON text already.
    public mutating func raw(_ json: ByteBuffer) {
        separate()
        bytes.append(contentsOf: json.readableBytesView)
    }

    /// Inserts a value that is JSON text already.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes a tree.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for (name, value) in object {
                self.name(name)
                self.value(value)
            }
            endObject()
        }
    }

    /// Ends a line, for texts of one value a line.
    public mutating func lineBreak() { bytes.append(UInt8(ascii: "\n")) }

    // MARK: Bytes

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends quotes and the text between them, copying in one go when nothing needs an escape.
    private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        if text.contains(where: JSONWriter.needsEscape) {
            for byte in text { append(escaping: byte) }
        } else {
            bytes.append(contentsOf: text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaping byte: UInt8) {
        guard JSONWriter.needsEscape(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(UInt8(ascii: "u"))
            bytes.append(UInt8(ascii: "0"))
            bytes.append(UInt8(ascii: "0"))
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    /// Appends digits from the last to the first, with a point before the last `fractionDigits` of them.
    private mutating func append(magnitude: UInt64, isNegative: Bool, fractionDigits: Int) {
        let room = 24
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { target in
            var rest = magnitude
            var position = room
            var written = 0
            repeat {
                position -= 1
                target[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
                written += 1
                if written == fractionDigits {
                    position -= 1
                    target[position] = UInt8(ascii: ".")
                }
            } while rest > 0 || written <= fractionDigits
            if isNegative {
                position -= 1
                target[position] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: target[position...]))
        }
    }
}
