import Bitcoin
import Foundation
import GameRules
import Mining

/// Generated play: what each of many miners does in a week, from a seed.
struct Season {
    /// One share, as often as it is delivered.
    struct Play {
        let share: NaiveGame.Share
        let event: MiningEvent
        let isAccepted: Bool
    }

    let addresses: [String]
    /// How likely a miner mines at all in a week, and on a day of it, in percent.
    private let habits: [(week: Int, day: Int)]
    private var random: SeededRandom

    init(miners: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        addresses = (1...miners).compactMap { number in
            var bytes = [UInt8](repeating: 0, count: 32)
            for place in 0..<4 { bytes[31 - place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
            return PrivateKey(bytes: bytes)?.address(type: .p2wpkh, network: .mainnet)?.canonical
        }
        habits = (0..<miners).map { _ in
            (week: [40, 80, 95, 100].randomElement(using: &random) ?? 80, day: Int.random(in: 10...60, using: &random))
        }
        self.random = random
    }

    /// Whether something happens that happens in so many of a hundred cases.
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    /// Who mines in a week.
    mutating func roll() -> [Int] { habits.indices.filter { chance(habits[$0].week) } }

    /// The shares of a day, in the order of their times.
    mutating func day(_ day: UTCDay, _ miners: [Int]) throws -> [Play] {
        var plays: [Play] = []
        for miner in miners where chance(habits[miner].day) {
            for _ in 0..<Int.random(in: 1...3, using: &random) { plays.append(try play(miner, day)) }
        }
        return plays.sorted { $0.share.time < $1.share.time }
    }

    private mutating func play(_ miner: Int, _ day: UTCDay) throws -> Play {
        // Now and then the last or the first moment of a day.
        let offset: Int64 =
            switch Int.random(in: 0..<20, using: &random) {
            case 0: 0
            case 1: 86_399_999
            default: .random(in: 1..<86_399_999, using: &random)
            }
        let time = day.start.adding(milliseconds: offset)
        let isAccepted = !chance(5)
        // A rejected share may be as great as it likes.
        let difficulty = isAccepted ? pow(10, Double.random(in: 3...6.4, using: &random)).rounded() + (chance(1) ? 2e9 : 0) : 1e15
        let address = addresses[miner]
        let data =
            #"{"user":"\#(address)","worker":"\#(address).rig","diff":1000,"sdiff":\#(difficulty),"accepted":\#(isAccepted)}"#
        let event = try EntryDecoder(network: .mainnet).decode(
            .shareSubmitted,
            envelope: EventEnvelope(id: UUID(), time: time, receivedAt: time),
            payload: Array(data.utf8)
        )
        return Play(share: NaiveGame.Share(miner: miner, time: time, difficulty: difficulty), event: event, isAccepted: isAccepted)
    }
}

/// A reproducible source of play (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
