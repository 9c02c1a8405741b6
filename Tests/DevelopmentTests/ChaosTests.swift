import Bitcoin
import Testing

@testable import Development

@Suite("Simulator options")
struct ChaosTests {
    private func simulation(seed: UInt64 = 3) -> MiningSimulation {
        MiningSimulation(.init(addresses: DemoUsers.standardAddresses(network: .mainnet), seed: seed, start: 1_772_000_000_000_000))
    }

    @Test("Chaos with the same seed is the same chaos, loses no good event for ever and sends bad ones too")
    func repeatable() {
        func run() -> [String] {
            var simulation = simulation()
            var chaos = Chaos(seed: 5)
            var sent: [String] = []
            for _ in 0..<3000 { sent += chaos.datagrams(for: simulation.next()) }
            return sent + chaos.release()
        }
        let sent = run()
        #expect(sent == run())
        #expect(sent.count > 3000)
        #expect(sent.contains("null") || sent.contains("") || sent.contains { $0.contains("1e400") })
        var plain = simulation()
        let sentSet = Set(sent)
        // Only a wrong clock or a missing id changes an event; everything else arrives as it was, sooner or later.
        let missing = (0..<3000).filter { _ in !sentSet.contains(plain.next().encoded()) }.count
        #expect(missing < 3000 / 20)
    }

    @Test("Every fault yields something to send, now or later")
    func everyFault() {
        for fault in Chaos.Fault.allCases {
            var simulation = simulation()
            var chaos = Chaos(seed: 9)
            let event = simulation.next()
            let sent = chaos.suffer(fault, event, event.encoded()) + chaos.release()
            #expect(!sent.isEmpty, "\(fault)")
        }
    }

    @Test("A file keeps the gaps between its times; lines without a time follow at once, and nothing need be valid")
    func file() {
        let file = EventFile(
            text: """
                {"event":"a","ts":1772000000.5,"data":{}}

                not json
                {"event":"b","timestamp": 1772000002,"x":1}
                """
        )
        #expect(file.lines.map(\.offset) == [0, nil, 1_500_000])
        #expect(file.lines[1].text == "not json")
    }

    @Test("A population has distinct valid addresses and the rate it is asked for")
    func population() {
        let addresses = DemoUsers.population(50, network: .mainnet)
        #expect(Set(addresses).count == 50)
        var configuration = MiningSimulation.Configuration(addresses: addresses, start: 1_772_000_000_000_000)
        configuration.rate = 200 / MiningSimulation(configuration).naturalRate
        var simulation = MiningSimulation(configuration)
        var shares = 0
        while true {
            let event = simulation.next()
            if event.time > configuration.start + 30_000_000 { break }
            if event.name == "share_submitted" { shares += 1 }
        }
        #expect((4000...8000).contains(shares))
    }
}
