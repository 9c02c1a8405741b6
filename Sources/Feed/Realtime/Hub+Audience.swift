package import GameRules
import NIOCore
import WebSockets

extension Hub: LiveAudience {
    package func listeners(to channels: Set<RealtimeChannel>, where isMeant: @Sendable @escaping (UserID) -> Bool) async -> [LiveListener] {
        var found: [UserID: Set<RealtimeChannel>] = [:]
        for part in await onEachLoop({ $0.listeners(to: channels, where: isMeant) }) {
            found.merge(part) { $0.union($1) }
        }
        return found.map { LiveListener(user: $0, channels: $1) }
    }

    package func send(_ messages: [LiveMessage]) async {
        let prepared = messages.map { live in
            let message = PublishedMessage(local: live.data, channel: live.channel, to: live.user)
            return (live: live, message: message, frame: WebSocketFrames.text(message.frameText()))
        }
        _ = await onEachLoop { [counts] sockets in
            for (live, message, frame) in prepared {
                counts.sent(message, to: sockets.deliverState(message, frame, to: live.user, isChanged: live.isChanged))
            }
        }
    }
}
