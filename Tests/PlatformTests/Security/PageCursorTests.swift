import API
import Foundation
import GameRules
import Platform
import Testing

@Suite("Page cursors")
struct PageCursorTests {
    private let cursors = PageCursors(key: [UInt8](0..<32))
    private let route = CursorRoute(tag: 4)
    private let user = UserID(7)
    private let position = PagePosition(time: Instant(microsecondsSinceUnixEpoch: 1_771_934_400_123_456), id: UUID())

    private func isRefused(_ cursor: String, route: CursorRoute? = nil, user: UserID? = UserID(7)) -> Bool {
        do throws(APIError) {
            _ = try cursors.position(cursor, of: route ?? self.route, for: user)
            return false
        } catch {
            return error.code == "invalid_cursor"
        }
    }

    @Test("A cursor is 56 characters that lead back to the same microsecond and identifier")
    func roundTrip() throws {
        let cursor = cursors.cursor(position, of: route, for: user)
        #expect(cursor.utf8.count == 56)
        #expect(Base64URL.decode(cursor)?.count == 42)
        #expect(try cursors.position(cursor, of: route, for: user) == position)
    }

    @Test(
        "Times before the epoch, numbers for identifiers and lists of nobody in particular lead back too",
        arguments: [0, 1, -1, .max, .min]
    )
    func extremes(number: Int64) throws {
        let position = PagePosition(time: Instant(microsecondsSinceUnixEpoch: number), number: number)
        let read = try cursors.position(cursors.cursor(position, of: route, for: nil), of: route, for: nil)
        #expect(read == position)
        #expect(read.number == number)
    }

    @Test("Another user, another list, another key and another version are refused")
    func foreign() throws {
        let cursor = cursors.cursor(position, of: route, for: user)
        #expect(isRefused(cursor, user: UserID(8)))
        #expect(isRefused(cursor, user: nil))
        #expect(isRefused(cursor, route: CursorRoute(tag: 10)))
        #expect(isRefused(PageCursors(key: [UInt8](1..<33)).cursor(position, of: route, for: user)))
        #expect(isRefused("Ag" + cursor.dropFirst(2)))
    }

    @Test("Any flipped bit, a cut, padding, other characters and nothing at all are refused")
    func tampered() throws {
        let cursor = cursors.cursor(position, of: route, for: user)
        let bytes = try #require(Base64URL.decode(cursor))
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(isRefused(Base64URL.encode(changed)), "bit \(bit)")
        }
        for text in [
            "", String(cursor.dropLast()), cursor + "A", cursor + "=", String(cursor.dropLast()) + "=", String(repeating: "+", count: 56),
        ] {
            #expect(isRefused(text), "\(text)")
        }
    }
}
