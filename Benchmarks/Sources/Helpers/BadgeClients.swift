import ArgumentParser
import Foundation

/// Opens a socket for each miner and tells how old the lucky shares were when their badges arrived: the miners' side of `badges`, in a process
/// of its own.
struct BadgeClients: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open sockets and time badges.", shouldDisplay: false)

    @Option var url: String
    @Option var tokens: String
    @Option(help: "Badges after which their ages are told.") var badges: Int

    private static let acknowledgement = Array(#"{"type":"subscribed""#.utf8)
    private static let badge = Array(#""type":"badge_earned""#.utf8)

    func run() throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        let fleet = try SocketFleet(url: url, tokens: tokens, sockets: tokens.count)
        try fleet.send(#"{"action":"subscribe","channel":"gamification"}"#)
        var subscribed = 0
        try fleet.receive { message in
            if message.starts(with: Self.acknowledgement) { subscribed += 1 }
            return subscribed < tokens.count
        }
        Self.say("open \(tokens.count)")
        var ages: [Int64] = []
        try fleet.receive { message in
            guard message.contains(Self.badge), let sent = LuckyShare.instant(in: message) else { return true }
            ages.append(BroadcastStamp.now() - sent)
            guard ages.count == badges else { return true }
            ages.sort()
            Self.say("badges \(ages[ages.count / 2]) \(ages[ages.count * 99 / 100]) \(ages[ages.count - 1])")
            return true
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// Shares that tell when they were sent by the name of their worker, which the badge they earn repeats.
enum LuckyShare {
    /// The name of the worker of a share sent at an instant of ``BroadcastStamp``.
    static func worker(_ instant: Int64) -> String { "t\(instant)" }

    static func instant(in message: UnsafeRawBufferPointer) -> Int64? { message.number(after: member) }

    private static let member = Array(#""worker":"t"#.utf8)
}
