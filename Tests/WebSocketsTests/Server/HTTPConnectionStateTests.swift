import NIOCore
import Testing

@testable import WebSockets

@Suite("Times and rejections of an HTTP connection")
struct HTTPConnectionStateTests {
    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1_000_000_000_000) + .seconds(seconds) }

    private func state(idle: TimeAmount? = .seconds(60)) -> HTTPConnectionState {
        HTTPConnectionState(headTimeout: .seconds(10), idleTimeout: idle, now: at(0))
    }

    @Test("a head that is not there after 10 s is answered 408, counted from its first byte")
    func headTimeout() {
        var fresh = state()
        #expect(fresh.sweep(at(9)) == .none)
        #expect(fresh.sweep(at(10)) == .reject(.headTimeout))
        var second = state()
        second.readHead()
        second.readEnd()
        #expect(second.wroteResponse(now: at(5)) == .none)
        #expect(second.sweep(at(30)) == .none)
        second.readBytes(endsRequestLine: false, now: at(31))
        second.readBytes(endsRequestLine: true, now: at(40))
        #expect(second.sweep(at(40)) == .none)
        #expect(second.sweep(at(41)) == .reject(.headTimeout))
    }

    @Test("a connection at rest is closed after 60 s, one whose response is due is not")
    func idle() {
        var state = state()
        state.readHead()
        state.readEnd()
        #expect(state.sweep(at(600)) == .none)
        #expect(state.wroteResponse(now: at(600)) == .none)
        #expect(state.sweep(at(659)) == .none)
        #expect(state.sweep(at(660)) == .close)
        var patient = self.state(idle: nil)
        patient.readHead()
        patient.readEnd()
        _ = patient.wroteResponse(now: at(1))
        #expect(patient.sweep(at(10_000)) == .none)
    }

    @Test("a body that stops arriving closes the connection")
    func stalledBody() {
        var state = state()
        state.readHead()
        state.readBytes(endsRequestLine: false, now: at(3))
        #expect(state.sweep(at(62)) == .none)
        #expect(state.sweep(at(63)) == .close)
    }

    @Test("a rejection waits for the responses of earlier requests")
    func order() {
        var state = state()
        state.readHead()
        state.readEnd()
        #expect(state.failedParsing(isOverflow: false) == .none)
        #expect(!state.isServing)
        #expect(state.wroteResponse(now: at(1)) == .reject(.malformed))
        state.linger(until: at(3))
        #expect(state.sweep(at(2)) == .none)
        #expect(state.sweep(at(3)) == .close)
    }

    @Test("too long a line is 414, too long a head 431, and a wrong body is its request's own failure")
    func overflow() {
        var line = state()
        line.readBytes(endsRequestLine: false, now: at(0))
        #expect(line.failedParsing(isOverflow: true) == .reject(.requestLineTooLong))
        var head = state()
        head.readBytes(endsRequestLine: true, now: at(0))
        #expect(head.failedParsing(isOverflow: true) == .reject(.headersTooLarge))
        #expect(head.failedParsing(isOverflow: true) == .none)
        var body = state()
        body.readHead()
        #expect(body.failedParsing(isOverflow: false) == .failRequest)
    }

    @Test("at shutdown a connection ends as soon as it owes nothing")
    func quiesce() {
        var resting = state()
        #expect(resting.quiesce() == .close)
        var busy = state()
        busy.readHead()
        busy.readEnd()
        #expect(busy.quiesce() == .none)
        #expect(busy.wroteResponse(now: at(1)) == .close)
    }
}
