import NIOCore

/// Writes commands as arrays of bulk strings, the only form a client sends, straight into a buffer.
enum RESPEncoder {
    /// Longest header: type byte, 20 digits, CR LF.
    private static let headerBytes = 23

    /// Appends one command.
    static func write(_ command: RedisCommand, into buffer: inout ByteBuffer) {
        var bound = 2 * headerBytes + command.name.utf8CodeUnitCount + 2
        for argument in command.arguments { bound += headerBytes + byteBound(argument) + 2 }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { raw in
            var writer = Writer(raw)
            writer.header(UInt8(ascii: "*"), command.arguments.count + 1)
            command.name.withUTF8Buffer { writer.bulk(UnsafeRawBufferPointer($0)) }
            for argument in command.arguments { writer.argument(argument) }
            return writer.count
        }
    }

    private static func byteBound(_ argument: RedisArgument) -> Int {
        switch argument {
        case .string(let text): text.utf8.count
        case .integer: 20
        case .double: 32
        case .bytes(let bytes): bytes.count
        case .buffer(let buffer): buffer.readableBytes
        }
    }

    /// A write cursor that never passes the end of its memory.
    private struct Writer {
        private let raw: UnsafeMutableRawBufferPointer
        private(set) var count = 0

        init(_ raw: UnsafeMutableRawBufferPointer) { self.raw = raw }

        mutating func argument(_ argument: RedisArgument) {
            switch argument {
            case .string(let text):
                let written: Void? = text.utf8.withContiguousStorageIfAvailable { bulk(UnsafeRawBufferPointer($0)) }
                if written == nil { Array(text.utf8).withUnsafeBytes { bulk($0) } }
            case .integer(let value): integer(value)
            case .double(let value): Array(value.description.utf8).withUnsafeBytes { bulk($0) }
            case .bytes(let bytes): bytes.withUnsafeBytes { bulk($0) }
            case .buffer(let buffer): buffer.withUnsafeReadableBytes { bulk($0) }
            }
        }

        mutating func bulk(_ bytes: UnsafeRawBufferPointer) {
            header(UInt8(ascii: "$"), bytes.count)
            append(bytes)
            lineEnd()
        }

        mutating func header(_ type: UInt8, _ value: Int) {
            append(type)
            digits(UInt(value))
            lineEnd()
        }

        private mutating func integer(_ value: Int) {
            let magnitude = value.magnitude
            header(UInt8(ascii: "$"), Self.digitCount(magnitude) + (value < 0 ? 1 : 0))
            if value < 0 { append(UInt8(ascii: "-")) }
            digits(magnitude)
            lineEnd()
        }

        private mutating func digits(_ value: UInt) {
            let length = Self.digitCount(value)
            guard raw.count - count >= length else { return }
            var rest = value
            for offset in stride(from: count + length - 1, through: count, by: -1) {
                raw[offset] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
                rest /= 10
            }
            count += length
        }

        private mutating func lineEnd() {
            append(0x0D)
            append(0x0A)
        }

        private mutating func append(_ byte: UInt8) {
            guard count < raw.count else { return }
            raw[count] = byte
            count += 1
        }

        private mutating func append(_ bytes: UnsafeRawBufferPointer) {
            guard raw.count - count >= bytes.count else { return }
            UnsafeMutableRawBufferPointer(rebasing: raw[count...]).copyMemory(from: bytes)
            count += bytes.count
        }

        private static func digitCount(_ value: UInt) -> Int {
            var count = 1
            var rest = value
            while rest >= 10 {
                rest /= 10
                count += 1
            }
            return count
        }
    }
}
