import Development
import Foundation
import Synchronization

/// A pool that sends shares to a collector's socket at a steady rate, and waits where a pool would drop.
final class Pool: Sendable {
    private let path: String
    private let addresses: [String]
    private let count = Mutex(0)

    init(path: String, addresses: [String]) {
        self.path = path
        self.addresses = addresses
    }

    /// Shares sent so far.
    var sent: Int { count.withLock { $0 } }

    /// Sends until cancelled.
    func run(perSecond rate: Int) async {
        var sender = DatagramSender(path: path)
        while !Task.isCancelled {
            let number = sent
            let share = Self.share(
                of: addresses[number % addresses.count],
                worker: "rig\(number % 7)",
                achieved: 2048 + Double(number % 977),
                accepted: number % 50 != 49
            )
            while !Task.isCancelled {
                let outcome = sender.send(share)
                if outcome == .sent { break }
                try? await Task.sleep(for: .milliseconds(2))
            }
            count.withLock { $0 += 1 }
            try? await Task.sleep(for: .microseconds(1_000_000 / rate))
        }
    }

    /// A native share with an id of its own.
    static func share(of address: String, worker: String, assigned: Double = 1024, achieved: Double, accepted: Bool = true) -> String {
        let now = String(format: "%.6f", Date().timeIntervalSince1970)
        return """
            {"event":"share_submitted","ts":\(now),"event_id":"\(UUID().uuidString.lowercased())",\
            "data":{"user":"\(address)","worker":"\(address).\(worker)","diff":\(assigned),"sdiff":\(achieved),"accepted":\(accepted)}}
            """
    }
}
