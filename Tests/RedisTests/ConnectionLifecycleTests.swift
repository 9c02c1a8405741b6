import NIOCore
import Testing

@testable import Redis

@Suite("States of a connection")
struct ConnectionLifecycleTests {
    private let backoff = Backoff(first: .milliseconds(100), limit: .seconds(5))

    @Test("a connection opens, greets and is ready without a gap")
    func normal() {
        var lifecycle = ConnectionLifecycle(backoff: backoff)
        #expect(lifecycle.opened() == .sendGreeting)
        #expect(lifecycle.greeted() == true)
        #expect(lifecycle.phase == .ready)
        #expect(!lifecycle.hasGap)
    }

    @Test("pauses double from 0.1 s to 5 s and start over after success")
    func pauses() {
        var lifecycle = ConnectionLifecycle(backoff: backoff)
        var pauses: [Int64] = []
        for _ in 0..<8 {
            if case .retry(let pause) = lifecycle.lost(random: 0) { pauses.append(pause.nanoseconds / 1_000_000) }
            #expect(lifecycle.retry() == true)
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
        _ = lifecycle.opened()
        #expect(lifecycle.greeted() == true)
        #expect(lifecycle.hasGap)
        #expect(lifecycle.lost(random: 0) == .retry(after: .milliseconds(100)))
    }

    @Test("chance cuts a pause by up to half")
    func jitter() {
        #expect(backoff.pause(failures: 1, random: 0.5) == .milliseconds(75))
        #expect(backoff.pause(failures: 1, random: 0.999_999) > .milliseconds(50))
        #expect(backoff.pause(failures: 1_000, random: 0) == .seconds(5))
        #expect(Backoff(first: .hours(100_000), limit: .hours(1)).pause(failures: 31, random: 0) == .hours(1))
    }

    @Test("a loss is counted once and a refused greeting like any other")
    func losses() {
        var lifecycle = ConnectionLifecycle(backoff: backoff)
        _ = lifecycle.opened()
        #expect(lifecycle.lost(random: 0) == .retry(after: .milliseconds(100)))
        #expect(lifecycle.lost(random: 0) == .stayClosed)
        #expect(lifecycle.failures == 1)
        #expect(lifecycle.greeted() == false)
    }

    @Test("nothing happens after closing")
    func closing() {
        var lifecycle = ConnectionLifecycle(backoff: backoff)
        #expect(lifecycle.close() == true)
        #expect(lifecycle.close() == false)
        #expect(lifecycle.opened() == .closeSocket)
        #expect(lifecycle.greeted() == false)
        #expect(lifecycle.lost(random: 0) == .stayClosed)
        #expect(lifecycle.retry() == false)
    }

    @Test("the greeting asks for RESP3, signs in, names itself and selects a database")
    func greeting() {
        var configuration = RedisConfiguration(endpoint: .unix(path: "/s"))
        #expect(Greeting.commands(for: configuration).map(\.arguments) == [["3"]])
        configuration.password = "p"
        configuration.clientName = "n"
        configuration.database = 4
        let commands = Greeting.commands(for: configuration)
        #expect(commands.map(\.arguments) == [["3", "AUTH", "default", "p", "SETNAME", "n"], [4]])
        #expect(commands.map(\.name.description) == ["HELLO", "SELECT"])
        configuration.username = "u"
        #expect(Greeting.commands(for: configuration)[0].arguments[2] == "u")
    }
}
