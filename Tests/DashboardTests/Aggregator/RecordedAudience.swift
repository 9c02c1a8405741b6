import API
import Feed
import GameRules
import NIOCore
import Synchronization

@testable import Dashboard

/// Listeners as a test wants them, and what they were told.
final class RecordedAudience: LiveAudience {
    private struct State {
        var listeners: [UserID: Set<RealtimeChannel>] = [:]
        var states: [LiveMessage] = []
        var gate: AsyncStream<Void>?
    }

    private let state = Mutex(State())
    private let holding = AsyncStream<Void>.makeStream()

    func set(_ listeners: [UserID: Set<RealtimeChannel>]) { state.withLock { $0.listeners = listeners } }

    /// Lets the next question wait until the gate is finished.
    func hold(_ gate: AsyncStream<Void>) { state.withLock { $0.gate = gate } }

    /// Returns once a question waits.
    func untilHeld() async {
        for await _ in holding.stream { return }
    }

    func listeners(
        to channels: Set<RealtimeChannel>,
        where isMeant: @escaping @Sendable (UserID) -> Bool
    ) async -> [LiveListener] {
        if let gate = state.withLock({ $0.gate.take() }) {
            holding.continuation.yield()
            for await _ in gate {}
        }
        return state.withLock { $0.listeners }.filter { isMeant($0.key) }.mapValues { $0.intersection(channels) }
            .filter { !$0.value.isEmpty }.map { LiveListener(user: $0, channels: $1) }
    }

    func send(_ states: [LiveMessage]) async { state.withLock { $0.states += states } }

    /// What was sent since the last look.
    func told() -> [LiveMessage] {
        state.withLock { state in
            defer { state.states = [] }
            return state.states
        }
    }
}

extension LiveMessage {
    var json: JSONValue { (try? JSONParser(maximumDepth: 32).parse(data.readableBytesView)) ?? .null }
}
