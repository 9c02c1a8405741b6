import Bitcoin
import Testing

@Suite("Difficulty, work and hashrate")
struct DifficultyTests {
    @Test("numbers that no share can have are refused", arguments: [-1.0, -0.000_1, .nan, .infinity, -.infinity, 0x1.0000000000001p224])
    func refused(value: Double) {
        #expect(Difficulty(value) == nil)
    }

    @Test("zero is one value whatever its sign, and 2^224 is the largest")
    func bounds() {
        #expect(Difficulty(-0.0) == .zero)
        #expect(Difficulty(-0.0)?.value.sign == .plus)
        #expect(Difficulty(0x1p224) == .maximum)
    }

    @Test(
        "work is the lower difficulty of an accepted share",
        arguments: [(65_536, 70_000, true, 65_536), (65_536, 60_000, true, 60_000), (65_536, 70_000, false, 0), (64, 128.5, true, 64)]
            as [(Double, Double, Bool, Double)]
    )
    func work(assigned: Double, achieved: Double, isAccepted: Bool, expected: Double) throws {
        let work = Work(assigned: try #require(Difficulty(assigned)), achieved: try #require(Difficulty(achieved)), isAccepted: isAccepted)
        #expect(work == Work(expected))
    }

    @Test("work adds up")
    func sums() {
        #expect([Work(1), Work(2.5)].reduce(.zero, +) == Work(3.5))
        #expect(Work(3.5) - Work(1) == Work(2.5))
        #expect(Work(1) < Work(2))
    }

    @Test(
        "hashrate is work × 2^32 / seconds",
        arguments: [(100, 100, 4_294_967_296), (150_000, 300, 2_147_483_648_000), (0, 60, 0), (5, 0, 0), (5, -1, 0)]
            as [(Double, Double, Double)]
    )
    func hashrate(work: Double, seconds: Double, expected: Double) {
        #expect(Hashrate(work: Work(work), seconds: seconds) == Hashrate(hashesPerSecond: expected))
    }

    @Test("the one minute ring of spec 03a §13.5")
    func ring() {
        #expect(abs(Hashrate(work: Work(4_096), seconds: 57).hashesPerSecond - 308_634_842_884.49) < 0.01)
        #expect(Hashrate.zero < Hashrate(work: Work(1_024), seconds: 59))
    }

    @Test(
        "the decade counts the powers of ten at or below the value",
        arguments: [
            (0, 0), (9.999_999_999_999_998, 0), (10, 1), (500, 2), (9_999.99, 3), (10_000, 4), (1e6, 6), (9.99e9, 9), (1e10, 10),
            (999_999_999_999_999.9, 14), (1e15, 15), (0x1p224, 15),
        ] as [(Double, Int)]
    )
    func decade(value: Double, expected: Int) throws {
        #expect(try #require(Difficulty(value)).decade == expected)
    }

    @Test("each decade begins exactly at its power of ten")
    func decadeBounds() throws {
        for (index, threshold) in DifficultyHistogram.thresholds.enumerated() {
            #expect(try #require(Difficulty(threshold)).decade == index + 1)
            #expect(try #require(Difficulty(threshold.nextDown)).decade == index)
        }
    }

    @Test("a histogram counts, adds and checks its length")
    func histogram() throws {
        var histogram = DifficultyHistogram()
        for value in [500, 9_999.99, 10_000, 1e6, 9.99e9, 1e10] { histogram.record(try #require(Difficulty(value))) }
        #expect(histogram.counts == [0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
        histogram.add(histogram)
        #expect(histogram.counts.reduce(0, +) == 12)
        #expect(DifficultyHistogram(counts: histogram.counts) == histogram)
        #expect(DifficultyHistogram(counts: [1]) == nil)
    }
}
