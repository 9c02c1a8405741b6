import Bitcoin
import Testing

@Suite("Block subsidy")
struct SubsidyTests {
    @Test(
        "the subsidy halves every 210,000 blocks",
        arguments: [
            (0, 5_000_000_000), (209_999, 5_000_000_000), (210_000, 2_500_000_000), (839_999, 625_000_000), (840_000, 312_500_000),
            (879_412, 312_500_000), (1_049_999, 312_500_000), (6_929_999, 1), (6_930_000, 0), (210_000 * 64, 0), (Int.max, 0), (-1, 0),
        ] as [(Int, Int64)]
    )
    func mainnet(height: Int, satoshi: Int64) {
        for network in [BitcoinNetwork.mainnet, .testnet, .signet] {
            #expect(network.blockSubsidy(atHeight: height) == Satoshi(satoshi))
        }
    }

    @Test("regtest halves every 150 blocks", arguments: [(149, 50.0), (150, 25.0), (300, 12.5), (150 * 64, 0)] as [(Int, Double)])
    func regtest(height: Int, bitcoin: Double) {
        #expect(BitcoinNetwork.regtest.blockSubsidy(atHeight: height).bitcoin == bitcoin)
    }

    @Test("all subsidies together stay just below 21 million BTC")
    func supply() {
        let total = stride(from: 0, to: 7_000_000, by: 210_000).reduce(Int64(0)) {
            $0 + 210_000 * BitcoinNetwork.mainnet.blockSubsidy(atHeight: $1).value
        }
        #expect(Satoshi(total) == Satoshi(2_099_999_997_690_000))
        #expect(Satoshi(total) < Satoshi(21_000_000 * Satoshi.perBitcoin))
    }
}
