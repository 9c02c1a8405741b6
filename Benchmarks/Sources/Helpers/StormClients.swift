import ArgumentParser
import Foundation
import Synchronization
import WebSockets

/// Opens and subscribes sockets, and when they are closed opens them anew elsewhere, each as the dashboard does (spec 12 §7.1): the clients'
/// side of a storm, in a process of its own.
struct StormClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open sockets and come back.", shouldDisplay: false)

    @Option var url: String
    @Option(help: "Where they come back.") var then: String
    @Option var tokens: String
    @Option var sockets: Int

    /// Seconds a client waits before its attempts, beside up to one by chance.
    private static let pauses = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30]
    /// First handshakes under way at once.
    private static let concurrency = 64

    func run() async throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        guard tokens.count >= sockets else { throw BenchmarkFailure("too few tokens") }
        let crowd = Crowd(sockets: sockets)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<sockets {
                if index >= Self.concurrency { try await group.next() }
                group.addTask { try await open("\(url)?token=\(tokens[index])", crowd, token: tokens[index]) }
            }
            try await group.waitForAll()
        }
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private func open(_ address: String, _ crowd: Crowd, token: String, lostAt: ContinuousClock.Instant? = nil) async throws {
        let client = try await WebSocketClient.connect(to: address) { event in
            switch event {
            case .text: crowd.subscribed(after: lostAt)
            case nil:
                let now = ContinuousClock.now
                crowd.lost(at: now)
                Task { await comeBack(crowd, token, now) }
            default: break
            }
        }
        client.send(text: #"{"action":"subscribe","channel":"competition"}"#)
    }

    private func comeBack(_ crowd: Crowd, _ token: String, _ lostAt: ContinuousClock.Instant) async {
        for pause in Self.pauses {
            try? await Task.sleep(for: .seconds(Double(pause) + .random(in: 0..<1)))
            do { return try await open("\(then)?token=\(token)", crowd, token: token, lostAt: lostAt) } catch { crowd.failed() }
        }
        Crowd.say("lost for good")
    }
}

/// How far all of them are.
private final class Crowd: Sendable {
    private struct State {
        var open = 0
        var failures = 0
        var firstLoss: ContinuousClock.Instant?
        var gaps: [Duration] = []
    }

    private let sockets: Int
    private let state = Mutex(State())

    init(sockets: Int) { self.sockets = sockets }

    func failed() { state.withLock { $0.failures += 1 } }

    func lost(at now: ContinuousClock.Instant) {
        state.withLock { state in
            state.open -= 1
            if state.firstLoss == nil { state.firstLoss = now }
        }
    }

    /// A socket is acknowledged: one more is served.
    func subscribed(after lostAt: ContinuousClock.Instant?) {
        let line: String? = state.withLock { state in
            state.open += 1
            if let lostAt { state.gaps.append(.now - lostAt) }
            guard state.open == sockets else { return nil }
            guard let first = state.firstLoss else { return "open \(sockets)" }
            guard state.gaps.count == sockets else { return nil }
            let gaps = state.gaps.sorted().map { $0 / .seconds(1) }
            return "back \((ContinuousClock.now - first) / .seconds(1)) \(gaps[gaps.count / 2]) \(gaps[gaps.count - 1]) \(state.failures)"
        }
        if let line { Self.say(line) }
    }

    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
