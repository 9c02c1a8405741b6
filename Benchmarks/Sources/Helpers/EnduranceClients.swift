import ArgumentParser
import Foundation

/// Opens a socket for each miner, listens to mining and to a channel of broadcasts, and tells how old both kinds of messages were when they
/// arrived at their sockets, and whether all have come: the miners' side of `endurance`, in a process of its own. When they are read does not
/// matter: what is timed has the processors first.
struct EnduranceClients: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open sockets and count.", shouldDisplay: false)

    @Option var url: String
    @Option var tokens: String
    @Option(help: "Deliveries of broadcasts after which all have come.") var broadcasts: Int
    @Option(help: "Messages of shares after which all have come.") var shares: Int

    private static let acknowledgement = Array(#"{"type":"subscribed""#.utf8)
    private static let broadcast = Array(#""type":"league_update""#.utf8)
    /// Time between two reports, nanoseconds.
    private static let reportInterval: Int64 = 1_000_000_000

    func run() throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        let fleet = try SocketFleet(url: url, tokens: tokens, sockets: tokens.count)
        var acknowledged = 0
        for channel in ["mining", "competition"] { try fleet.send(#"{"action":"subscribe","channel":"\#(channel)"}"#) }
        try fleet.receive { message in
            if message.starts(with: Self.acknowledgement) { acknowledged += 1 }
            return acknowledged < 2 * tokens.count
        }
        Self.say("open \(tokens.count)")

        var (broadcastAges, shareAges): ([Int32], [Int32]) = ([], [])
        broadcastAges.reserveCapacity(broadcasts)
        shareAges.reserveCapacity(shares)
        var lastReport = BroadcastStamp.now()
        let report = { Self.say("count \(broadcastAges.count) \(shareAges.count)") }
        try fleet.receive(idle: report) { message in
            if let sent = BroadcastStamp.read(message) {
                let microseconds = Int32(clamping: (fleet.arrival - sent) / 1_000)
                if message.contains(Self.broadcast) { broadcastAges.append(microseconds) } else { shareAges.append(microseconds) }
            }
            let isDone = broadcastAges.count >= broadcasts && shareAges.count >= shares
            if isDone || BroadcastStamp.now() - lastReport >= Self.reportInterval {
                lastReport = BroadcastStamp.now()
                report()
            }
            return !isDone
        }
        for (name, ages) in [("broadcasts", broadcastAges.sorted()), ("shares", shareAges.sorted())] {
            Self.say("\(name) \(ages[ages.count / 2]) \(ages[ages.count * 99 / 100]) \(ages[ages.count - 1])")
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
