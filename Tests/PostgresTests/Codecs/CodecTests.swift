import Foundation
import Testing

@testable import Postgres

/// Binary formats against bytes written down from the PostgreSQL sources' `*_send` functions; no server involved.
@Suite("Codecs")
struct CodecTests {
    private func encoded(_ value: some PostgresEncodable) -> [UInt8] {
        var buffer: [UInt8] = []
        value.encode(into: &buffer)
        return buffer
    }

    @Test("values have their documented bytes")
    func bytes() {
        #expect(encoded(true) == [1])
        #expect(encoded(-2 as Int16) == [0xFF, 0xFE])
        #expect(encoded(0x0102_0304 as Int32) == [1, 2, 3, 4])
        #expect(encoded(1) == [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(encoded(1.0) == [0x3F, 0xF0, 0, 0, 0, 0, 0, 0])
        #expect(encoded("é") == [0xC3, 0xA9])
        #expect(encoded([7, 8] as [UInt8]) == [7, 8])
        #expect(encoded(JSONB("{}")) == [1, 0x7B, 0x7D])
        #expect(encoded(PostgresTimestamp(microsecondsSinceUnixEpoch: 946_684_800_000_001)) == [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(encoded(PostgresDate(daysSinceUnixEpoch: 10_958)) == [0, 0, 0, 1])
        #expect(encoded([1 as Int32]) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1])
        #expect(encoded([nil] as [Int32?]) == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 23, 0, 0, 0, 1, 0, 0, 0, 1, 255, 255, 255, 255])
        #expect(encoded([] as [Int32]) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 23])
    }

    @Test("numerics have base-10,000 digits aligned to the decimal point")
    func numericBytes() {
        #expect(encoded(PostgresNumeric(unscaled: 123_456, scale: 1)) == [0, 3, 0, 1, 0, 0, 0, 1, 0, 1, 0x09, 0x29, 0x17, 0x70])
        #expect(encoded(PostgresNumeric(unscaled: -1, scale: 8)) == [0, 2, 0xFF, 0xFF, 0x40, 0, 0, 8, 0, 0, 0, 1])
    }

    @Test("arrays name the element's array type, bytes are one value")
    func arrayTypes() {
        #expect([Int64].postgresType.oid == 1016)
        #expect([String?].postgresType.oid == 1009)
        #expect([UInt8].postgresType.oid == 17)
        #expect([[UInt8]].postgresType.oid == 1001)
        #expect([UUID].postgresType.oid == 2951)
    }

    @Test("NULL is refused where a value is needed, and is nil where none is")
    func null() throws {
        let cell = PostgresCell(bytes: nil, type: .int8)
        #expect(throws: PostgresError.self) { try Int64(postgres: cell) }
        #expect(try Int64?(postgres: cell) == nil)
        #expect(throws: PostgresError.self) { try String(postgres: PostgresCell(bytes: nil, type: .text)) }
        #expect(throws: PostgresError.self) { try [Int64](postgres: PostgresCell(bytes: nil, type: .int8.array)) }
    }

    private func reason(_ decode: () throws -> some Any) -> PostgresDecodingError.Reason? {
        do {
            _ = try decode()
            return nil
        } catch PostgresError.decoding(let error) {
            return error.reason
        } catch {
            return nil
        }
    }

    @Test("another type is refused")
    func types() {
        let text = PostgresCell(bytes: Array("12345678".utf8), type: .text)
        #expect(reason { try Int(postgres: text) } == .typeMismatch)
        #expect(reason { try Double(postgres: text) } == .typeMismatch)
        #expect(reason { try PostgresTimestamp(postgres: text) } == .typeMismatch)
        #expect(reason { try [UInt8](postgres: text) } == .typeMismatch)
        #expect(reason { try JSONB(postgres: text) } == .typeMismatch)
        #expect(reason { try Inet(postgres: text) } == .typeMismatch)
        #expect(reason { try PostgresNumeric(postgres: text) } == .typeMismatch)
        #expect(reason { try String(postgres: PostgresCell(bytes: [1], type: .bool)) } == .typeMismatch)
    }

    @Test("an integer is read from any width that fits")
    func integers() throws {
        #expect(try Int(postgres: PostgresCell(bytes: [0xFF, 0xFF], type: .int2)) == -1)
        #expect(try Int16(postgres: PostgresCell(bytes: [0, 0, 0, 0, 0, 0, 0x7F, 0xFF], type: .int8)) == .max)
        #expect(try Int64(postgres: PostgresCell(bytes: [0xFF, 0xFF, 0xFF, 0xFF], type: .oid)) == 4_294_967_295)
        #expect(reason { try Int16(postgres: PostgresCell(bytes: [0, 1, 0, 0], type: .int4)) } == .outOfRange)
        #expect(reason { try UInt8(postgres: PostgresCell(bytes: [0xFF, 0xFF], type: .int2)) } == .outOfRange)
    }

    @Test("truncated or inconsistent bytes are refused, never read past")
    func malformed() {
        #expect(reason { try Int64(postgres: PostgresCell(bytes: [1, 2], type: .int8)) } == .malformed)
        #expect(reason { try JSONB(postgres: PostgresCell(bytes: [2, 0x7B], type: .jsonb)) } == .malformed)
        #expect(reason { try Inet(postgres: PostgresCell(bytes: [2, 33, 0, 4, 1, 2, 3, 4], type: .inet)) } == .malformed)
        #expect(reason { try Inet(postgres: PostgresCell(bytes: [2, 32, 0, 4, 1], type: .inet)) } == .malformed)
        #expect(reason { try PostgresNumeric(postgres: PostgresCell(bytes: [0, 9, 0, 0, 0, 0, 0, 0], type: .numeric)) } == .malformed)
        let array: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1]
        for length in 0..<array.count {
            #expect(reason { try [Int32](postgres: PostgresCell(bytes: Array(array.prefix(length)), type: .int4.array)) } == .malformed)
        }
        var huge = array
        huge.replaceSubrange(12..<16, with: [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(reason { try [Int32](postgres: PostgresCell(bytes: huge, type: .int4.array)) } == .malformed)
    }

    @Test("NaN, infinity and digits beyond 64 bits are refused as exact decimals")
    func numericLimits() {
        #expect(reason { try PostgresNumeric(postgres: PostgresCell(bytes: [0, 0, 0, 0, 0xC0, 0, 0, 0], type: .numeric)) } == .outOfRange)
        #expect(
            reason { try PostgresNumeric(postgres: PostgresCell(bytes: [0, 1, 0, 9, 0, 0, 0, 0, 0, 1], type: .numeric)) } == .outOfRange
        )
    }

    @Test("decimals change scale without rounding or not at all")
    func numericScale() {
        let price = PostgresNumeric(unscaled: 150_000_000, scale: 8)
        #expect(price.unscaled(scale: 8) == 150_000_000)
        #expect(price.unscaled(scale: 1) == 15)
        #expect(price.unscaled(scale: 0) == nil)
        #expect(PostgresNumeric(unscaled: .max, scale: 0).unscaled(scale: 1) == nil)
        #expect(price.description == "1.50000000")
        #expect(PostgresNumeric(unscaled: -5, scale: 3).description == "-0.005")
        #expect(price.doubleValue == 1.5)
    }

    @Test("addresses parse as a whole or not at all", arguments: ["", "1.2.3", "1.2.3.4/33", "::1/129", "host", "1.2.3.4/", "1.2.3.4/x"])
    func invalidAddresses(text: String) {
        #expect(Inet(text) == nil)
    }
}
