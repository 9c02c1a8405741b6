import API
import Feed
import GameRules
import NIOCore
import Synchronization

@testable import Dashboard

/// Listeners as a test wants them, and what they were told.
final class RecordedAudience: LiveAudience {
    private struct State {
        var listeners: [LiveListener] = []
        var messages: [LiveMessage] = []
        var gate: AsyncStream<Void>?
    }

    private let state = Mutex(State())

    func set(_ listeners: [LiveListener]) { state.withLock { $0.listeners = listeners } }

    /// Lets the next question wait until the gate is finished.
    func hold(_ gate: AsyncStream<Void>) { state.withLock { $0.gate = gate } }

    func listeners(to channels: Set<RealtimeChannel>, where isMeant: @Sendable @escaping (UserID) -> Bool) async -> [LiveListener] {
        if let gate = state.withLock({ $0.gate.take() }) { for await _ in gate {} }
        return state.withLock { $0.listeners.filter { isMeant($0.user) && !$0.channels.isDisjoint(with: channels) } }
    }

    func send(_ messages: [LiveMessage]) async { state.withLock { $0.messages += messages } }

    /// What was sent since the last look.
    func told() -> [LiveMessage] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }
}

extension LiveMessage {
    var json: JSONValue { (try? JSONParser(maximumDepth: 32).parse(data.readableBytesView)) ?? .null }
}
