import API
import Foundation
import NIOPosix
package import Platform
import Synchronization

/// Runs slow hashing off the event loops, a bounded number at a time (spec 02 §8.7): what would wait too long is refused, so that
/// sign-in attempts cannot take the node's memory or processors.
package final class HashingGate: Sendable {
    /// Half the processors, at least two.
    package static let defaultConcurrency = max(2, ProcessInfo.processInfo.activeProcessorCount / 2)

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var lastID = 0
        var waiters: [Waiter] = []

        /// True when a place was free, and is now taken; nil when there is none.
        mutating func takeFree() -> Bool? {
            guard free > 0 else { return nil }
            free -= 1
            return true
        }
    }

    private let state: Mutex<State>
    private let queueLimit: Int
    private let patience: Duration
    private let random: RandomSource
    private let threads: HashingThreads

    /// - Parameters:
    ///   - concurrency: hashes computed at the same time.
    ///   - queueLimit: calls that may wait for a turn.
    ///   - patience: the longest wait for a turn.
    package init(
        random: RandomSource,
        concurrency: Int = HashingGate.defaultConcurrency,
        queueLimit: Int = 64,
        patience: Duration = .seconds(2)
    ) {
        state = Mutex(State(free: concurrency))
        self.queueLimit = queueLimit
        self.patience = patience
        self.random = random
        threads = HashingThreads.shared
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

    /// Runs work when its turn has come.
    func turn<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard await enter() else { throw APIError.unavailable() }
        defer { leave() }
        return try await threads.run(work)
    }

    /// How many calls are waiting for a turn.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Waits for a turn; false when the queue is full or patience is over.
    private func enter() async -> Bool {
        if let answer = state.withLock({ $0.takeFree() }) { return answer }
        let id = state.withLock { state -> Int in
            state.lastID += 1
            return state.lastID
        }
        let impatient = Task { [self] in
            try await Task.sleep(for: patience)
            giveUp(id)
        }
        defer { impatient.cancel() }
        return await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if let answer = state.takeFree() { return answer }
                guard state.waiters.count < queueLimit else { return false }
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
