import Bitcoin
import Foundation
import Synchronization

/// Wallets that sign in at once, each thread on a connection of its own.
final class WalletThreads: Sendable {
    /// The wallet of a thread's next sign-in, counted from 0; nil ends the thread.
    typealias Choice = @Sendable (_ thread: Int, _ round: Int) -> MessageSigner?

    private struct State {
        var running: Int
        var tokens: [String] = []
        var failure: (any Error)?
    }

    private let state: Mutex<State>

    private init(_ threads: Int) {
        state = Mutex(State(running: threads))
    }

    /// The access tokens of all sign-ins.
    static func signIn(_ threads: Int, _ url: String, _ choose: @escaping Choice) async throws -> [String] {
        let all = WalletThreads(threads)
        return try await withCheckedThrowingContinuation { continuation in
            for thread in 0..<threads {
                Thread.detachNewThread {
                    let result = Result { try Self.tokens(url) { choose(thread, $0) } }
                    guard let end = all.finish(result) else { return }
                    continuation.resume(with: end)
                }
            }
        }
    }

    private static func tokens(_ url: String, _ choose: (Int) -> MessageSigner?) throws -> [String] {
        let client = try WalletClient(url: url)
        var tokens: [String] = []
        while let signer = choose(tokens.count) { tokens.append(try client.signIn(signer)) }
        return tokens
    }

    /// - Returns: the whole outcome, for the last thread.
    private func finish(_ result: Result<[String], any Error>) -> Result<[String], any Error>? {
        state.withLock { state in
            state.running -= 1
            switch result {
            case .success(let tokens): state.tokens += tokens
            case .failure(let error): state.failure = error
            }
            guard state.running == 0 else { return nil }
            return state.failure.map { .failure($0) } ?? .success(state.tokens)
        }
    }
}
