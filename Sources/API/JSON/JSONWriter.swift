public import NIOCore

/// Writes JSON text straight into a `ByteBuffer`, inserting commas where they belong.
///
///     var writer = JSONWriter(buffer: allocator.buffer(capacity: 256))
///     writer.beginObject()
///     writer.name("points")
///     writer.beginArray()
///     for point in points { writer.double(point) }
///     writer.endArray()
///     writer.endObject()
///
/// The writer trusts its caller to pair begin with end and to give every member a name.
public struct JSONWriter: Sendable {
    /// The text so far, behind whatever the buffer held before.
    public private(set) var buffer: ByteBuffer
    /// Whether a value has been written at this level, so that the next one needs a comma.
    private var needsComma = false

    /// A writer that appends to a buffer.
    public init(buffer: ByteBuffer = ByteBuffer()) {
        self.buffer = buffer
    }

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
        let bytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        separate()
        appendEscaped(bytes)
        buffer.writeInteger(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name that is not known before run time. A value must follow.
    public mutating func name(_ name: String) {
        string(name)
        buffer.writeInteger(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name whose quotes, escapes and colon are already in place: `"limit":`. A value must follow.
    public mutating func name(encoded: [UInt8]) {
        separate()
        buffer.writeBytes(encoded)
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
        buffer.writeString(value.description)
    }

    /// Writes a string with quotes, escaping what JSON demands.
    public mutating func string(_ value: String) {
        separate()
        var value = value
        value.withUTF8 { appendEscaped(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a text that needs no escaping, such as a number in a string or an instant.
    public mutating func string(unescaped bytes: some Sequence<UInt8>) {
        separate()
        buffer.writeInteger(UInt8(ascii: "\""))
        buffer.writeBytes(bytes)
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    /// Inserts a value that is JSON text already.
    public mutating func raw(_ json: ByteBuffer) {
        separate()
        buffer.writeImmutableBuffer(json)
    }

    /// Inserts a value that is JSON text already.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        buffer.writeBytes(json)
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

    // MARK: Bytes

    @inline(__always)
    private mutating func separate() {
        if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        buffer.writeInteger(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        buffer.writeInteger(byte)
        needsComma = true
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        buffer.writeStaticString(text)
    }

    /// Appends quotes and the text between them, copying in one go when nothing needs an escape.
    private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
        var escapes = 0
        for byte in text where JSONWriter.needsEscape(byte) { escapes += 1 }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: text.count + escapes * 5 + 2) { target in
            target[0] = UInt8(ascii: "\"")
            var count = 1
            if escapes == 0 {
                UnsafeMutableRawBufferPointer(rebasing: target[1...]).copyMemory(from: text)
                count += text.count
            } else {
                for byte in text {
                    count += JSONWriter.write(byte, to: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
                }
            }
            target[count] = UInt8(ascii: "\"")
            return count + 1
        }
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Writes one byte, escaped where needed, and returns how many bytes that took: 1, 2 or 6.
    private static func write(_ byte: UInt8, to target: UnsafeMutableRawBufferPointer) -> Int {
        guard needsEscape(byte) else {
            target[0] = byte
            return 1
        }
        target[0] = UInt8(ascii: "\\")
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): target[1] = byte
        case 0x08: target[1] = UInt8(ascii: "b")
        case 0x09: target[1] = UInt8(ascii: "t")
        case 0x0A: target[1] = UInt8(ascii: "n")
        case 0x0C: target[1] = UInt8(ascii: "f")
        case 0x0D: target[1] = UInt8(ascii: "r")
        default:
            let digits: StaticString = "0123456789abcdef"
            target[1] = UInt8(ascii: "u")
            target[2] = UInt8(ascii: "0")
            target[3] = UInt8(ascii: "0")
            target[4] = digits.utf8Start[Int(byte >> 4)]
            target[5] = digits.utf8Start[Int(byte & 15)]
            return 6
        }
        return 2
    }

    /// Appends digits from the last to the first, with a point before the last `fractionDigits` of them.
    private mutating func append(magnitude: UInt64, isNegative: Bool, fractionDigits: Int) {
        let room = 24
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { target in
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
            let count = room - position
            for index in 0..<count { target[index] = target[position + index] }
            return count
        }
    }
}
