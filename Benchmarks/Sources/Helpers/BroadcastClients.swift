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
    @Option var channel = "competition"
    @Option(help: "Messages of which the ages are told together; by default each socket gets one.") var messages: Int?
    @Flag(help: "Say how long opening took instead of waiting for messages.") var onlyConnects = false

    /// Handshakes under way at once.
    private static let concurrency = 64

    func run() async throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        guard !tokens.isEmpty else { throw BenchmarkFailure("no tokens") }
        let ages = BroadcastAges(messages: messages ?? sockets)
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
            for client in clients { client.send(text: #"{"action":"subscribe","channel":"\#(channel)"}"#) }
            try await ages.waitForAcknowledgements(sockets)
        }
        Self.say("open \(clients.count) \(seconds)")
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    fileprivate static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// The ages of messages at their receivers.
private final class BroadcastAges: Sendable {
    private struct State {
        var acknowledged = 0
        var ages: [Int64] = []
    }

    private static let acknowledgement = Array(#"{"type":"subscribed""#.utf8)
    private let messages: Int
    private let state = Mutex(State())

    init(messages: Int) { self.messages = messages }

    func note(_ message: ByteBuffer) {
        let now = BroadcastStamp.now()
        guard let sent = BroadcastStamp.read(message) else {
            // Figures and the like come beside what is measured.
            if message.readableBytesView.starts(with: Self.acknowledgement) { state.withLock { $0.acknowledged += 1 } }
            return
        }
        let age = now - sent
        let complete: [Int64]? = state.withLock { state in
            state.ages.append(age)
            guard state.ages.count == messages else { return nil }
            defer { state.ages = [] }
            return state.ages
        }
        guard let ages = complete?.sorted() else { return }
        BroadcastClients.say("round \(ages[ages.count / 2]) \(ages[ages.count * 99 / 100]) \(ages[ages.count - 1])")
    }

    func waitForAcknowledgements(_ sockets: Int) async throws {
        while state.withLock({ $0.acknowledged }) < sockets { try await Task.sleep(for: .milliseconds(20)) }
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

    /// The id of a share that tells when it was sent: a UUID of decimal digits, the instant's twenty and twelve that tell shares apart.
    static func shareID(_ now: Int64, _ number: Int) -> String {
        let digits = Array(padded(now, 20) + padded(Int64(number), 12))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    /// The instant a message carries, as a member `t` or in the id of a share.
    static func read(_ message: ByteBuffer) -> Int64? {
        message.number(after: member) ?? message.number(after: identifier)
    }

    private static let member = Array(#""t":"#.utf8)
    private static let identifier = Array(#""id":""#.utf8)

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
