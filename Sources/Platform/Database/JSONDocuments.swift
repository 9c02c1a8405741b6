package import API
import NIOCore
package import Postgres

// JSON documents in `jsonb` columns, written and read with the service's own writer and parser.

extension JSONB {
    /// A document of a value.
    package init(_ value: JSONValue) {
        var writer = JSONWriter()
        value.encode(to: &writer)
        self.init(bytes: writer.bytes)
    }

    /// The document as a value.
    package func parsed() throws -> JSONValue { try JSONParser().parse(bytes) }
}
