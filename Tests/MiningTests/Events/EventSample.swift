import API
import Bitcoin
import Foundation
import GameRules
import Platform
import Redis
import Testing

@testable import Mining

/// Datagrams and stream entries at a fixed instant.
enum EventSample {
    /// Noon of a Wednesday.
    static let now = Instant(secondsSinceUnixEpoch: 1_772_020_800)

    static func parse(_ bytes: [UInt8], network: BitcoinNetwork = .mainnet, receivedAt: Instant = now) throws -> ParsedDatagram {
        try bytes.withUnsafeBytes { bytes throws in
            try DatagramParser(network: network, random: .system).parse(bytes, receivedAt: receivedAt)
        }
    }

    static func parse(_ text: String, network: BitcoinNetwork = .mainnet, receivedAt: Instant = now) throws -> ParsedDatagram {
        try parse(Array(text.utf8), network: network, receivedAt: receivedAt)
    }

    /// Why a datagram is refused; nil when it is taken.
    static func refusal(_ bytes: [UInt8], network: BitcoinNetwork = .mainnet) -> String? {
        do { _ = try parse(bytes, network: network) } catch { return (error as? EventRejection)?.reason ?? "\(error)" }
        return nil
    }

    static func refusal(_ text: String, network: BitcoinNetwork = .mainnet) -> String? { refusal(Array(text.utf8), network: network) }

    /// A native share whose payload holds these members beside user and worker.
    static func native(_ members: String, user: String = SliceRig.address, worker: String = "rig1", envelope: String = "") -> String {
        #"{"event":"share_submitted","ts":\#(now.decimalSeconds)\#(envelope),"data":{"user":"\#(user)","worker":"\#(worker)",\#(members)}}"#
    }

    static func share(_ event: ParsedDatagram) throws -> ShareSubmitted {
        guard case .shareSubmitted(let share) = event.payload else { throw NoShare() }
        return share
    }

    struct NoShare: Error {}
}

/// The fields of an entry without a server.
struct SampleFields: EntryFields {
    let fields: [(String, String)]

    init(_ fields: [(String, String)]) { self.fields = fields }

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) rethrows {
        for (name, value) in fields {
            try Array(name.utf8).withUnsafeBytes { name in
                try Array(value.utf8).withUnsafeBytes { value in try body(name, value) }
            }
        }
    }
}
