import ArgumentParser
import Foundation

/// Opens sockets, subscribes them and tells, for each message that all of them have received, how old it was then: the clients' side of a
/// broadcast, in a process of its own.
struct BroadcastClients: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open sockets and time broadcasts.", shouldDisplay: false)

    @Option var url: String
    @Option var tokens: String
    @Option var sockets: Int
    @Option var channel = "competition"
    @Option(help: "Messages of which the ages are told together; by default each socket gets one.") var messages: Int?
    @Flag(help: "Say how long opening took instead of waiting for messages.") var onlyConnects = false

    private static let acknowledgement = Array(#"{"type":"subscribed""#.utf8)

    func run() throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        let start = BroadcastStamp.now()
        let fleet = try SocketFleet(url: url, tokens: tokens, sockets: sockets)
        let seconds = Double(BroadcastStamp.now() - start) / 1e9
        if !onlyConnects {
            try fleet.send(#"{"action":"subscribe","channel":"\#(channel)"}"#)
            var acknowledged = 0
            try fleet.receive { message in
                if message.starts(with: Self.acknowledgement) { acknowledged += 1 }
                return acknowledged < sockets
            }
        }
        Self.say("open \(sockets) \(seconds)")
        var ages: [Int64] = []
        let messages = messages ?? sockets
        try fleet.receive { message in
            // Figures and the like come beside what is measured.
            guard let sent = BroadcastStamp.read(message) else { return true }
            ages.append(BroadcastStamp.now() - sent)
            guard ages.count == messages else { return true }
            ages.sort()
            Self.say("round \(ages[ages.count / 2]) \(ages[ages.count * 99 / 100]) \(ages[ages.count - 1])")
            ages.removeAll(keepingCapacity: true)
            return true
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
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
    static func read(_ message: UnsafeRawBufferPointer) -> Int64? {
        message.number(after: member) ?? message.number(after: identifier)
    }

    private static let member = Array(#""t":"#.utf8)
    private static let identifier = Array(#""id":""#.utf8)

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
