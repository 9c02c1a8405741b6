import Testing

@testable import Bitcoin

@Suite("Serialised numbers and byte strings")
struct ByteReaderTests {
    @Test(
        "sizes are written in their shortest form",
        arguments: [
            (0, "00"), (252, "fc"), (253, "fdfd00"), (65_535, "fdffff"), (65_536, "fe00000100"), (0xffff_ffff, "feffffffff"),
            (0x1_0000_0000, "ff0000000001000000"),
        ]
    )
    func writtenSizes(size: Int, hex: String) {
        var bytes: [UInt8] = []
        bytes.append(compactSize: size)
        #expect(Hex(bytes).description == hex)
    }

    @Test(
        "longer forms than needed, and sizes beyond the end, are refused",
        arguments: [
            "fd0000", "fdfc00", "fe00000000", "feffff0000", "ff0000000000000000", "ffffffffff00000000", "01", "fc", "ffffffffffffffffff",
            "fd", "fdff", "",
        ]
    )
    func refusedSizes(hex: String) throws {
        var reader = ByteReader(try #require(Hex.bytes(of: hex)))
        #expect(reader.readCompactSize() == nil)
        #expect(reader.remaining == hex.count / 2)
    }

    @Test("byte strings of every size class are read back")
    func sized() {
        for count in [0, 1, 252, 253, 300, 65_535, 65_536] {
            let content = [UInt8](repeating: 7, count: count)
            var reader = ByteReader(content.sized + [9])
            #expect(reader.readSized() == content)
            #expect(reader.readByte() == 9)
            #expect(reader.isAtEnd)
        }
    }

    @Test("a read past the end gives nothing and moves nowhere")
    func pastTheEnd() {
        var reader = ByteReader([1, 2, 3])
        #expect(reader.readUInt32() == nil)
        #expect(reader.readUInt64() == nil)
        #expect(reader.readBytes(4) == nil)
        #expect(reader.readBytes(-1) == nil)
        let (other, next) = (reader.skip([1, 3]), reader.skip([1, 2]))
        #expect(!other && next)
        #expect(reader.readByte() == 3)
        #expect(reader.readByte() == nil)
    }

    @Test("numbers are little-endian")
    func littleEndian() {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt32(0x0102_0304))
        bytes.append(littleEndian: UInt64(5))
        var reader = ByteReader(bytes)
        #expect(reader.readUInt32() == 0x0102_0304)
        #expect(reader.readUInt64() == 5)
    }
}
