import ArgumentParser
import Foundation
import NIOCore
import Synchronization
import WebSockets

/// Opens sockets, subscribes them and tells, for each message that all of them have received, how old it was then: the clients' side of a
/// broadcast, in a process of its own.
struct BroadcastClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open sockets and time broadcasts.", shouldDisplay: false)

    @Option var url: String
    @Option var tokens: String
    @Option var sockets: Int
    @Flag(help: "Say how long opening took instead of waiting for messages.") var onlyConnects = false

    /// Handshakes under way at once.
    private static let concurrency = 64

    func run() async throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        guard !tokens.isEmpty else { throw BenchmarkFailure("no tokens") }
        let ages = BroadcastAges(sockets: sockets)
        var clients: [WebSocketClient] = []
        clients.reserveCapacity(sockets)
        let (seconds, _) = try await stopwatch {
            try await withThrowingTaskGroup(of: WebSocketClient.self) { group in
                for index in 0..<sockets {
                    if index >= Self.concurrency, let client = try await group.next() { clients.append(client) }
                    let address = "\(url)?token=\(tokens[index % tokens.count])"
                    group.addTask {
                        let client = try await WebSocketClient.connect(to: address) { event in
                            if case .text(let message) = event { ages.note(message) }
                        }
                        return client
                    }
                }
                for try await client in group { clients.append(client) }
            }
        }
        if !onlyConnects {
            for client in clients { client.send(text: #"{"action":"subscribe","channel":"competition"}"#) }
            try await ages.waitForAcknowledgements()
        }
        Self.say("open \(clients.count) \(seconds)")
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    fileprivate static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// The ages of one message at its receivers.
private final class BroadcastAges: Sendable {
    private struct State {
        var acknowledged = 0
        var ages: [Int64] = []
    }

    private let sockets: Int
    private let state = Mutex(State())

    init(sockets: Int) { self.sockets = sockets }

    func note(_ message: ByteBuffer) {
        guard let sent = Self.stamp(message) else { return state.withLock { $0.acknowledged += 1 } }
        let age = BroadcastStamp.now() - sent
        let complete: [Int64]? = state.withLock { state in
            state.ages.append(age)
            guard state.ages.count == sockets else { return nil }
            defer { state.ages = [] }
            return state.ages
        }
        guard let ages = complete?.sorted() else { return }
        BroadcastClients.say("round \(ages[ages.count / 2]) \(ages[ages.count * 99 / 100]) \(ages[ages.count - 1])")
    }

    func waitForAcknowledgements() async throws {
        while state.withLock({ $0.acknowledged }) < sockets { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// The number behind `"t":`.
    private static func stamp(_ message: ByteBuffer) -> Int64? {
        let bytes = Array(message.readableBytesView)
        let mark = Array(#""t":"#.utf8)
        guard let start = (0..<max(0, bytes.count - mark.count)).first(where: { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }) else {
            return nil
        }
        return Int64(String(decoding: bytes[(start + mark.count)...].prefix { (48...57).contains($0) }, as: UTF8.self))
    }
}

/// Instants two processes of one machine agree on.
enum BroadcastStamp {
    /// Nanoseconds.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The members of a message of about 200 bytes.
    static func members(_ now: Int64) -> String { #""t":\#(now),"text":"\#(String(repeating: "x", count: 110))""# }
}
