import ArgumentParser
import Foundation
import NIOCore
import Synchronization
import WebSockets

/// Opens a socket for each miner and tells how old the lucky shares were when their badges arrived: the miners' side of `badges`, in a process
/// of its own.
struct BadgeClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open sockets and time badges.", shouldDisplay: false)

    @Option var url: String
    @Option var tokens: String
    @Option(help: "Badges after which their ages are told.") var badges: Int

    /// Handshakes under way at once.
    private static let concurrency = 64

    func run() async throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        let ages = BadgeAges(badges: badges)
        var clients: [WebSocketClient] = []
        try await withThrowingTaskGroup(of: WebSocketClient.self) { group in
            for (index, token) in tokens.enumerated() {
                if index >= Self.concurrency, let client = try await group.next() { clients.append(client) }
                group.addTask {
                    try await WebSocketClient.connect(to: "\(url)?token=\(token)") { event in
                        if case .text(let message) = event { ages.note(message) }
                    }
                }
            }
            for try await client in group { clients.append(client) }
        }
        for client in clients { client.send(text: #"{"action":"subscribe","channel":"gamification"}"#) }
        while ages.subscribed < clients.count { try await Task.sleep(for: .milliseconds(20)) }
        Self.say("open \(clients.count)")
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    fileprivate static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// The ages of shares whose badges have arrived.
private final class BadgeAges: Sendable {
    private struct State {
        var subscribed = 0
        var ages: [Int64] = []
    }

    private static let acknowledgement = Array(#"{"type":"subscribed""#.utf8)
    private static let badge = Array(#""type":"badge_earned""#.utf8)

    private let badges: Int
    private let state = Mutex(State())

    init(badges: Int) { self.badges = badges }

    var subscribed: Int { state.withLock { $0.subscribed } }

    func note(_ message: ByteBuffer) {
        let now = BroadcastStamp.now()
        guard message.contains(Self.badge), let sent = LuckyShare.instant(in: message) else {
            if message.readableBytesView.starts(with: Self.acknowledgement) { state.withLock { $0.subscribed += 1 } }
            return
        }
        let complete: [Int64]? = state.withLock { state in
            state.ages.append(now - sent)
            return state.ages.count == badges ? state.ages : nil
        }
        guard let ages = complete?.sorted() else { return }
        BadgeClients.say("badges \(ages[ages.count / 2]) \(ages[ages.count * 99 / 100]) \(ages[ages.count - 1])")
    }
}

/// Shares that tell when they were sent by the name of their worker, which the badge they earn repeats.
enum LuckyShare {
    /// The name of the worker of a share sent at an instant of ``BroadcastStamp``.
    static func worker(_ instant: Int64) -> String { "t\(instant)" }

    static func instant(in message: ByteBuffer) -> Int64? { message.number(after: member) }

    private static let member = Array(#""worker":"t"#.utf8)
}
