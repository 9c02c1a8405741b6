import Bitcoin
import Development
import Foundation
import GameRules
import Mining
import Platform
import Redis

/// Shares as a pool would report them, put into the stream as the collector would put them.
struct ShareGenerator {
    /// Canonical addresses, one for each miner.
    let addresses: [String]

    /// One of so many shares is rejected.
    private static let rejectedOneIn = 100
    private static let batch = 1_000

    init(miners: Int) {
        addresses = (1...miners).compactMap { number in
            var bytes = [UInt8](repeating: 0, count: 32)
            for place in 0..<4 { bytes[31 - place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
            return PrivateKey(bytes: bytes)?.address(type: .p2wpkh, network: .mainnet)?.canonical
        }
    }

    /// Appends shares of the last minutes: each miner finds one every 1.2 s, now with one worker, now with the other.
    func fill(_ stream: String, _ count: Int, _ redis: RedisClient) async throws {
        var chance = SplitMix64(seed: 1)
        let parser = DatagramParser(network: .mainnet, random: .system)
        let end = Clock.system.now()
        let step = 240_000_000 / Int64(max(count, 1))
        var commands: [RedisCommand] = []
        commands.reserveCapacity(Self.batch)
        for index in 0..<count {
            let time = Instant(microsecondsSinceUnixEpoch: end.microsecondsSinceUnixEpoch - Int64(count - index) * step)
            let datagram = Array(datagram(index, time, &chance).utf8)
            let event = try datagram.withUnsafeBytes { try parser.parse($0, receivedAt: time) }
            commands.append(EventRecord(event).command(appendingTo: stream))
            if commands.count == Self.batch || index == count - 1 {
                for reply in try await redis.pipeline(commands) { _ = try reply.get() }
                commands.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Shares of this moment, as ckpool would send them; `first` keeps those of several calls apart. Only accepted shares make a miner known.
    func datagrams(_ count: Int, first: Int, areAllAccepted: Bool = false) -> [String] {
        var chance = SplitMix64(seed: UInt64(first) + 1)
        let end = Clock.system.now().microsecondsSinceUnixEpoch
        return (0..<count).map { index in
            let time = Instant(microsecondsSinceUnixEpoch: end - Int64(count - index))
            return datagram(first + index, time, &chance, rejects: !areAllAccepted)
        }
    }

    private func datagram(_ index: Int, _ time: Instant, _ chance: inout SplitMix64, rejects: Bool = true) -> String {
        let address = addresses[index % addresses.count]
        let worker = index / addresses.count % 2 == 0 ? "rig-1" : "rig-2"
        let isAccepted = !chance.next().isMultiple(of: UInt64(Self.rejectedOneIn)) || !rejects
        let assigned = 1024.0
        // Achieved difficulties of valid shares are distributed as 1/u (spec 03a §1).
        let achieved = assigned / (Double((chance.next() >> 11) + 1) * 0x1p-53)
        let hash = "00000000" + (0..<3).map { _ in Self.hexadecimal(chance.next()) }.joined() + "00000000"
        let members = [
            #""user":"\#(address).\#(worker)""#, #""worker":"\#(worker)""#, #""client_id":\#(index % 4096)"#, #""ip":"192.0.2.7""#,
            #""diff":\#(assigned)"#, #""sdiff":\#(achieved)"#, #""accepted":\#(isAccepted)"#,
            isAccepted ? #""reject_reason":null"# : #""reject_reason":"stale""#,
            #""hash":"\#(hash)""#, #""nonce":"\#(Self.hexadecimal(chance.next()).prefix(8))""#,
            #""nonce2":"\#(Self.hexadecimal(chance.next()))""#, #""ntime":"66f0a1b2""#, #""job_id":"5f3c""#,
        ]
        return #"{"event":"share_submitted","ts":\#(time.decimalSeconds),"data":{\#(members.joined(separator: ","))}}"#
    }

    private static func hexadecimal(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
