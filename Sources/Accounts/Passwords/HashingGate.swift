import API
import Foundation
package import NIOPosix
package import Platform
import Synchronization

/// Runs slow hashing off the event loops, a bounded number at a time (spec 02 §8.7): what would wait too long is refused, so that
/// sign-in attempts cannot take the node's memory or processors.
package final class HashingGate: Sendable {
    /// Calls that may wait.
    private static let queueLimit = 64
    /// Longest wait for a turn.
    private static let patience = Duration.seconds(2)

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var lastID = 0
        var waiters: [Waiter] = []
    }

    private let state: Mutex<State>
    private let pool: NIOThreadPool
    private let random: RandomSource

    /// - Parameter concurrency: hashes computed at the same time; by default half the processors, at least two.
    package init(
        random: RandomSource,
        concurrency: Int = max(2, ProcessInfo.processInfo.activeProcessorCount / 2),
        pool: NIOThreadPool = .singleton
    ) {
        state = Mutex(State(free: concurrency))
        self.random = random
        self.pool = pool
    }

    /// Hashes a secret with a fresh salt.
    /// - Throws: 503 `busy` when too many are waiting.
    package func hash(_ secret: String, with parameters: Argon2id) async throws -> String {
        let salt = random.bytes(Argon2id.saltLength)
        return try await turn { try parameters.hash(secret.utf8, salt: salt) }
    }

    /// Whether a secret is the stored one; false for a stored text that is no acceptable hash.
    /// - Throws: 503 `busy` when too many are waiting.
    package func verify(_ secret: String, against stored: String) async throws -> Bool {
        try await turn {
            do throws(Argon2id.Failure) { return try Argon2id.verify(secret.utf8, against: stored) } catch {
                guard error == .malformed else { throw error }
                return false
            }
        }
    }

    private func turn<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard await enter() else { throw APIError.unavailable() }
        defer { leave() }
        return try await pool.runIfActive(work)
    }

    /// Waits for a turn; false when the queue is full or patience is over.
    private func enter() async -> Bool {
        let id = state.withLock { state -> Int in
            state.lastID += 1
            return state.lastID
        }
        let impatient = Task { [self] in
            try await Task.sleep(for: Self.patience)
            giveUp(id)
        }
        defer { impatient.cancel() }
        return await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                guard state.waiters.count < Self.queueLimit else { return false }
                state.waiters.append(Waiter(id: id, continuation: continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func leave() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiters.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: false)
    }
}
