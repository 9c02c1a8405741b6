package import API
package import HTTPTypes
import HummingbirdCore
package import NIOCore
import Synchronization

/// What a call answered.
package struct RouteAnswer: Sendable {
    package let status: Int
    package let headers: HTTPFields
    package let bytes: ByteBuffer

    package var text: String { String(buffer: bytes) }
    package var json: JSONValue { (try? JSONParser(maximumDepth: 32).parse(bytes.readableBytesView)) ?? .null }
    /// The code of an error.
    package var code: String? { string("code") }
    /// Whether figures are not live (spec 03 §1).
    package var isStale: Bool { HTTPField.Name("X-Data-Stale").map { headers[$0] == "1" } ?? false }

    /// A member by its dotted path.
    package subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(json)) { value, name in value?.objectValue?[String(name)] }
    }

    package func string(_ path: String) -> String? { self[path]?.stringValue }
    package func integer(_ path: String) -> Int64? { self[path]?.int64Value }
    package func bool(_ path: String) -> Bool? { self[path]?.boolValue }

    /// The objects of a list; the whole body when no path is given.
    package func list(_ path: String? = nil) -> [JSONObject] {
        ((path.map { self[$0] } ?? json)?.arrayValue ?? []).compactMap(\.objectValue)
    }

    /// One member of every object of a list.
    package func column(_ name: String, of path: String? = nil) -> [JSONValue] { list(path).map { $0[name] ?? "absent" } }

    /// The faults of a 422 as `field:code`.
    package var faults: [String] {
        (self["errors"]?.arrayValue ?? []).map { "\($0["field"]?.stringValue ?? ""):\($0["code"]?.stringValue ?? "")" }
    }
}

/// Gathers a response's body.
final class CollectedBody: ResponseBodyWriter, Sendable {
    private let bytes = Mutex(ByteBuffer())

    var buffer: ByteBuffer { bytes.withLock { $0 } }

    func write(_ part: ByteBuffer) async throws {
        bytes.withLock { buffer in
            _ = buffer.writeImmutableBuffer(part)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
