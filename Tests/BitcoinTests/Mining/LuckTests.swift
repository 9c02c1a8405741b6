import Bitcoin
import Foundation
import TestServers
import Testing

@Suite("Luck")
struct LuckTests {
    private func difficulty(_ value: Double) throws -> Difficulty { try #require(Difficulty(value)) }

    @Test("one share of difficulty D: half of all achieve 2 D, a tenth 10 D")
    func oneShare() throws {
        let luck = Luck(work: Work(1000), shares: 1)
        #expect(abs(luck.medianBest - 2000) < 1e-9)
        #expect(try abs(luck.chance(ofBestUpTo: difficulty(10_000)) - 0.9) < 1e-12)
        #expect(try luck.chance(ofBestUpTo: difficulty(1000)) == 0)
        #expect(try luck.chance(ofBestUpTo: difficulty(999)) == 0)
    }

    @Test("many shares: the median is work / ln 2, and only the work counts")
    func manyShares() throws {
        for shares: Int64 in [1_000_000, 1_000_000_000] {
            let luck = Luck(work: Work(1e12), shares: shares)
            #expect(abs(luck.medianBest * log(2) / 1e12 - 1) < 1e-5)
            #expect(try abs(luck.chance(ofBestUpTo: difficulty(1e12)) - exp(-1)) < 1e-5)
        }
    }

    @Test("the chance at the median is one half, grows with the best and falls with the work")
    func shape() throws {
        for exponent in 0...40 {
            let luck = Luck(work: Work(500 * Double(exponent + 1)), shares: Int64(exponent + 1))
            #expect(try abs(luck.chance(ofBestUpTo: difficulty(luck.medianBest)) - 0.5) < 1e-12)
            var last = -1.0
            for step in 1...60 {
                let best = try difficulty(500 * pow(1.5, Double(step)))
                let chance = luck.chance(ofBestUpTo: best)
                #expect(chance > last && chance <= 1)
                #expect(Luck(work: Work(luck.work.value + 500), shares: luck.shares + 1).chance(ofBestUpTo: best) <= chance)
                last = chance
            }
        }
    }

    @Test("of many miners half are above the median, and their percentiles are spread evenly")
    func simulated() throws {
        var generator = SeededGenerator(seed: 7)
        let (miners, shares, assigned) = (4000, 25, 512.0)
        let luck = Luck(work: Work(Double(shares) * assigned), shares: Int64(shares))
        var above = 0
        var tenths = [Int](repeating: 0, count: 10)
        for _ in 0..<miners {
            let best =
                (0..<shares).map { _ in assigned / Double.random(in: Double.leastNonzeroMagnitude...1, using: &generator) }.max() ?? 0
            if best > luck.medianBest { above += 1 }
            tenths[min(9, Int(try luck.chance(ofBestUpTo: difficulty(min(best, 0x1p224))) * 10))] += 1
        }
        // Five standard deviations of a fair coin, and of a tenth.
        #expect(abs(above - miners / 2) < 5 * 32)
        #expect(tenths.allSatisfy { abs($0 - miners / 10) < 5 * 19 }, "\(tenths)")
    }

    @Test("blocks: one in the mean for as much work as the network's difficulty, found with chance 1 − 1/e")
    func blocks() throws {
        let luck = Luck(work: Work(1e14), shares: 1_000_000)
        #expect(try luck.expectedBlocks(at: difficulty(1e14)) == 1)
        #expect(try abs(luck.chanceOfBlock(at: difficulty(1e14)) - (1 - exp(-1))) < 1e-12)
        // Tiny chances keep their digits.
        #expect(try abs(Luck(work: Work(1), shares: 1).chanceOfBlock(at: difficulty(1e14)) / 1e-14 - 1) < 1e-12)
        #expect(luck.expectedBlocks(at: .zero) == 0 && luck.chanceOfBlock(at: .zero) == 0)
    }

    @Test("nothing is expected of no work", arguments: [(0.0, 0), (0, 5), (5, 0), (5, -1), (-1, 5), (.nan, 5)] as [(Double, Int64)])
    func nothing(work: Double, shares: Int64) throws {
        let luck = Luck(work: Work(work), shares: shares)
        #expect(luck.medianBest == 0 && luck.work == .zero && luck.shares == 0)
        #expect(try luck.chance(ofBestUpTo: difficulty(1e9)) == 0 && luck.expectedBlocks(at: difficulty(1e9)) == 0)
    }
}
