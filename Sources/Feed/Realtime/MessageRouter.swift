import GameRules
import NIOCore
import Platform
import Redis
import WebSockets

/// Takes what Redis publishes to the event loops' sockets. Every message is read, and encoded as a frame, once a node.
struct MessageRouter: Sendable {
    private static let sessionEnded = WebSocketCloseCode(4001)

    let loops: [Hub.Loop]
    let counts: SocketMetrics
    let clock: Clock

    func route(_ message: RedisMessage) {
        if message.channel == Hub.controlTopic { return control(message.payload) }
        do throws(DropReason) {
            deliver(try PublishedMessage(topic: message.channel, payload: message.payload))
        } catch {
            counts.drop(error)
        }
    }

    private func deliver(_ message: PublishedMessage) {
        let frame = WebSocketFrames.text(message.frameText())
        for loop in loops {
            loop.eventLoop.execute {
                let delivery = loop.sockets.value.deliver(message, frame) { noteWritten(message, to: $0) }
                counts.sent(message, to: delivery.sockets)
                guard delivery.heldBack > 0 else { return }
                // Behind the flush that ends this turn.
                loop.eventLoop.execute { noteWritten(message, to: delivery.heldBack) }
            }
        }
    }

    private func noteWritten(_ message: PublishedMessage, to sockets: Int) {
        guard message.publishedAt > 0 else { return }
        let age = clock.now().millisecondsSinceUnixEpoch - message.publishedAt
        counts.delivered(message.channel, to: sockets, milliseconds: age)
    }

    private func control(_ payload: ByteBuffer) {
        guard let message = ControlMessage(payload: payload) else { return counts.drop(.malformed) }
        for loop in loops {
            loop.eventLoop.execute {
                switch message {
                case .sessionRevoked(let session): loop.sockets.value.close([session], with: Self.sessionEnded)
                case .userRevoked(let user): loop.sockets.value.close(user, with: Self.sessionEnded)
                }
            }
        }
    }

    /// Messages may have been lost between Redis and here.
    func catchUp() {
        for loop in loops { loop.eventLoop.execute { loop.sockets.value.catchUp() } }
    }
}
