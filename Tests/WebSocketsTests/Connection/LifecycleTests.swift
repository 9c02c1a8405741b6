import NIOCore
import Testing

@testable import WebSockets

@Suite("Times of a socket")
struct LifecycleTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private var configuration: WebSocketConfiguration {
        var configuration = WebSocketConfiguration()
        configuration.writeStallTimeout = .seconds(10)
        configuration.writeStallCode = WebSocketCloseCode(4008)
        return configuration
    }

    private func at(_ seconds: Int64) -> NIODeadline { Self.start + .seconds(seconds) }

    @Test("a silent peer is pinged every 30 s and dropped 60 s after its last frame")
    func silence() {
        var lifecycle = WebSocketLifecycle(now: at(0))
        #expect(lifecycle.sweep(at(29), isStalling: false, configuration) == .none)
        #expect(lifecycle.sweep(at(30), isStalling: false, configuration) == .ping)
        #expect(lifecycle.sweep(at(31), isStalling: false, configuration) == .none)
        #expect(lifecycle.sweep(at(59), isStalling: false, configuration) == .none)
        #expect(lifecycle.sweep(at(60), isStalling: false, configuration) == .drop)
    }

    @Test("any whole frame counts as life")
    func heard() {
        var lifecycle = WebSocketLifecycle(now: at(0))
        for second in stride(from: Int64(30), through: 300, by: 30) {
            #expect(lifecycle.sweep(at(second), isStalling: false, configuration) == .ping)
            lifecycle.heard(at(second + 1))
        }
    }

    @Test("a peer that takes no byte for 10 s is closed; one that takes some is not")
    func stall() {
        var lifecycle = WebSocketLifecycle(now: at(0))
        lifecycle.beganWriting(at(5))
        lifecycle.wrote(drained: 10, outstanding: 90, now: at(6))
        lifecycle.wrote(drained: 10, outstanding: 90, now: at(15))
        #expect(lifecycle.lastProgress == at(6))
        #expect(lifecycle.sweep(at(15), isStalling: true, configuration) == .none)
        #expect(lifecycle.sweep(at(16), isStalling: true, configuration) == .close(WebSocketCloseCode(4008)))
        lifecycle.wrote(drained: 11, outstanding: 89, now: at(16))
        #expect(lifecycle.sweep(at(17), isStalling: true, configuration) == .none)
        var patient = configuration
        patient.writeStallTimeout = nil
        #expect(lifecycle.sweep(at(29), isStalling: true, patient) == .none)
    }

    @Test("a closing handshake begins once, and a peer that does not answer it is dropped")
    func closing() {
        var lifecycle = WebSocketLifecycle(now: at(0))
        #expect(lifecycle.isOpen)
        #expect(lifecycle.beginClosing(now: at(1), timeout: .seconds(5)) == true)
        #expect(!lifecycle.isOpen)
        #expect(lifecycle.beginClosing(now: at(2), timeout: .seconds(5)) == false)
        #expect(lifecycle.sweep(at(5), isStalling: false, configuration) == .none)
        #expect(lifecycle.sweep(at(6), isStalling: false, configuration) == .drop)
        #expect(lifecycle.end() == true)
        #expect(lifecycle.end() == false)
        #expect(lifecycle.sweep(at(600), isStalling: true, configuration) == .none)
    }

    @Test(
        "sockets are closed evenly over the time given: the first at once, the last before its end",
        arguments: [(0, 1), (499, 1), (500, 6), (999, 10), (1000, 10), (5000, 10)]
    )
    func drain(_ milliseconds: Int64, _ due: Int) {
        #expect(SocketDrain.due(of: 10, elapsed: .milliseconds(milliseconds), spread: .seconds(1)) == (milliseconds == 499 ? 5 : due))
    }

    @Test("without a time to spread over, all are closed at once")
    func drainAtOnce() {
        #expect(SocketDrain.due(of: 10, elapsed: .zero, spread: .zero) == 10)
    }
}
