import API
package import NIOCore

/// How a collector is (spec 03a §4.3): whether its sockets are in place, and what each sink is doing.
package struct CollectorHealth: Sendable, Equatable {
    package struct Socket: Sendable, Equatable {
        package var path: String
        package var kind: PoolAddress.Kind
        package var isBound: Bool
    }

    package struct Sink: Sendable, Equatable {
        package var name: String
        /// `working`, `retrying`, `spooling`, `waiting`.
        package var state: String
        package var queuedEvents: Int
        package var spooledBytes: Int
    }

    package var sockets: [Socket]
    package var sinks: [Sink]

    /// Events are taken, and none has nowhere to go.
    package var isHealthy: Bool { sockets.allSatisfy(\.isBound) && sinks.allSatisfy { $0.state != "waiting" } }

    /// `healthy` while everything arrives, `degraded` while something waits on disk, `failing` otherwise.
    package var status: String {
        guard isHealthy else { return "failing" }
        return sinks.allSatisfy { $0.state == "working" } ? "healthy" : "degraded"
    }

    /// The answer of `/health`.
    package var json: ByteBuffer {
        var json = JSONWriter()
        json.beginObject()
        json.name("status")
        json.string(status)
        json.name("sockets")
        json.beginArray()
        for socket in sockets {
            json.beginObject()
            json.name("path")
            json.string(socket.path)
            json.name("kind")
            json.string(socket.kind.rawValue)
            json.name("bound")
            json.bool(socket.isBound)
            json.endObject()
        }
        json.endArray()
        json.name("sinks")
        json.beginObject()
        for sink in sinks {
            json.name(sink.name)
            json.beginObject()
            json.name("state")
            json.string(sink.state)
            json.name("queued_events")
            json.integer(sink.queuedEvents)
            json.name("spooled_bytes")
            json.integer(sink.spooledBytes)
            json.endObject()
        }
        json.endObject()
        json.endObject()
        return json.buffer
    }
}
