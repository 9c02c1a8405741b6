package import Foundation
import Platform
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
