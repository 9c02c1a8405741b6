package import API
import Crypto
import Foundation
package import GameRules
import HTTPTypes

/// Which list a cursor belongs to. The numbers are in the hands of clients: none is ever given a second meaning.
package struct CursorRoute: Hashable, Sendable {
    package let tag: UInt8

    package init(tag: UInt8) {
        self.tag = tag
    }
}

/// Writes and reads the cursors of paged lists (spec 03 §4.2): version 1, route tag 1, subject 8, microseconds 8, identifier 16 and the first
/// 8 bytes of an HMAC-SHA-256 over all that, in unpadded base64url; 42 bytes are 56 characters without a spare bit. Numbers are big-endian.
package struct PageCursors: Sendable {
    private static let version: UInt8 = 1
    private static let positionLength = 34
    private static let codeLength = 8
    /// Characters of a cursor.
    private static let length = 56

    private let key: SymmetricKey

    /// - Parameter key: 32 bytes; of `TBG_SESSION_KEY`, from which a key for cursors alone is derived.
    package init(key: [UInt8]) {
        self.key = HKDF<SHA256>.deriveKey(inputKeyMaterial: SymmetricKey(data: key), info: Data("cursor".utf8), outputByteCount: 32)
    }

    /// The configured key; in development without one a key of this process alone.
    package init(_ settings: TokenSettings, random: RandomSource) {
        self.init(key: settings.sessionKey.flatMap { Hex.decode($0.revealed) } ?? random.bytes(32))
    }

    /// The cursor that continues behind a position.
    /// - Parameter subject: whose list it is, nil for one that is the same for everybody.
    package func cursor(_ position: PagePosition, of route: CursorRoute, for subject: UserID?) -> String {
        var bytes = [Self.version, route.tag]
        bytes.append(bigEndian: subject?.rawValue ?? 0)
        bytes.append(bigEndian: position.time.microsecondsSinceUnixEpoch)
        withUnsafeBytes(of: position.id.uuid) { bytes.append(contentsOf: $0) }
        return Base64URL.encode(bytes + code(of: bytes))
    }

    /// The position a cursor names.
    /// - Throws: 422 `invalid_cursor` for a cursor that is not of this list and subject, or that this service has not written.
    package func position(_ cursor: String, of route: CursorRoute, for subject: UserID?) throws(APIError) -> PagePosition {
        guard cursor.utf8.count == Self.length, let bytes = Base64URL.decode(cursor),
            bytes.count == Self.positionLength + Self.codeLength
        else { throw .invalidCursor }
        let named = bytes.prefix(Self.positionLength)
        guard ConstantTime.equal(code(of: named), bytes.suffix(Self.codeLength)), named[0] == Self.version, named[1] == route.tag,
            Int64(bigEndian: named, at: 2) == subject?.rawValue ?? 0
        else { throw .invalidCursor }
        let id = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(fromByteOffset: 18, as: uuid_t.self)) }
        return PagePosition(time: Instant(microsecondsSinceUnixEpoch: Int64(bigEndian: named, at: 10)), id: id)
    }

    private func code(of bytes: some Sequence<UInt8>) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(bytes), using: key).prefix(Self.codeLength))
    }
}

extension FieldRule where Value == String {
    /// A cursor, judged by ``PageCursors`` alone: whatever is wrong with it has one answer.
    package static var cursor: FieldRule {
        FieldRule(schema: .string, standIn: "") { source, _ in source.string }
    }
}

extension APIError {
    /// 422 for a cursor that is foreign, cut or changed.
    package static let invalidCursor = APIError(
        .unprocessableContent,
        "invalid_cursor",
        "This cursor does not belong here. Please start from the first page."
    )
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: Int64) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}

extension Int64 {
    fileprivate init(bigEndian bytes: ArraySlice<UInt8>, at offset: Int) {
        self = bytes.dropFirst(offset).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }
}
