package import Foundation
package import Platform
package import Postgres

/// The id of a session: the family of its refresh tokens, and the `sid` of its access tokens.
package struct SessionID: Sendable, Hashable, LosslessStringConvertible {
    package let uuid: UUID

    package init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// - Returns: nil unless the text is a UUID in its 36 characters.
    package init?(_ text: String) {
        guard let uuid = UUID(text: text) else { return nil }
        self.uuid = uuid
    }

    /// The 36 characters in lower case.
    package var description: String { uuid.text }
}

extension SessionID: PostgresEncodable, PostgresDecodable {
    /// The type it is stored as.
    package static var postgresType: PostgresType { UUID.postgresType }

    /// The stored form.
    package func encode(into buffer: inout [UInt8]) { uuid.encode(into: &buffer) }

    /// Reads the stored form.
    package init(postgres cell: PostgresCell) throws {
        self.init(try UUID(postgres: cell))
    }
}

extension UUID {
    /// A random one, version 4.
    package static func random(from source: RandomSource) -> UUID { version4(source.bytes(16)) }

    /// Sixteen bytes with version and variant put in their places (RFC 9562 §5.4).
    static func version4(_ bytes: [UInt8]) -> UUID {
        UUID(
            uuid: (
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6] & 0x0f | 0x40, bytes[7], bytes[8] & 0x3f | 0x80,
                bytes[9],
                bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]
            )
        )
    }
}
