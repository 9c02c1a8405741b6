import API
import Dispatch
import GameRules
import Glibc
import Logging
import Synchronization
import Testing

@testable import Platform

private final class Lines: Sendable {
    private let stored = Mutex<[String]>([])

    func append(_ bytes: [UInt8]) { stored.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
    var all: [String] { stored.withLock { $0 } }
}

/// Spec 01 §8 and §13, 11 §16.
@Suite("Logging")
struct LoggingTests {
    private func log(
        _ format: Settings.LogFormat = .json,
        _ message: Logger.Message,
        _ metadata: Logger.Metadata = [:],
        level: Logger.Level = .info
    ) -> [String] {
        let lines = Lines()
        let queue = LogQueue { lines.append($0) }
        let clock = Clock { Instant(millisecondsSinceUnixEpoch: 1_772_020_800_123) }
        let logger = Logger(label: "t") { _ in
            StructuredLogHandler(level: .debug, format: format, queue: queue, clock: clock, node: "n1", version: "9.9.9")
        }
        logger.log(level: level, message, metadata: metadata)
        queue.flush()
        return lines.all
    }

    private func parsed(_ lines: [String]) throws -> JSONValue { try JSONParser().parse(Array(try #require(lines.first).utf8)) }

    @Test("A line is one JSON object with instant, level, text, members, node and version")
    func members() throws {
        let line = try parsed(log(.json, "hello", ["event": "greeting", "count": "5", "stack": ["a", "b"]], level: .warning))
        #expect(line.objectValue?.map(\.name) == ["ts", "level", "msg", "count", "event", "stack", "node", "version"])
        #expect(line["ts"]?.stringValue == "2026-02-25T12:00:00.123Z")
        #expect(line["level"] == "warning" && line["msg"] == "hello" && line["count"] == 5 && line["node"] == "n1")
        #expect(line["stack"]?.arrayValue?.count == 2)
    }

    @Test("Nothing a caller writes can begin a line of its own", arguments: [Settings.LogFormat.json, .console])
    func injection(format: Settings.LogFormat) throws {
        let lines = log(format, "a\nb\r\n{\"level\":\"error\"}\u{2028}", ["x": "1\n2\u{1B}[31m"])
        #expect(lines.count == 1)
        let text = try #require(lines.first)
        #expect(text.hasSuffix("\n"))
        #expect(!text.dropLast().unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test("An id made of digits stays text")
    func numericID() throws {
        #expect(try parsed(log(.json, "m", ["request_id": "12345678", "n": "007", "user_id": "12345678"]))["request_id"] == "12345678")
        #expect(try parsed(log(.json, "m", ["n": "007"]))["n"] == "007")
    }

    @Test(
        "Members that speak of a secret are never written",
        arguments: [
            "authorization", "Authorization", "token", "access_token", "refresh_token", "signature", "password", "password_hash", "secret",
            "key", "api_key", "cookie", "email", "from_email", "nonce",
        ]
    )
    func secrets(name: String) {
        for format in [Settings.LogFormat.json, .console] {
            let lines = log(format, "m", [name: "hunter2", "outer": .dictionary([name: "hunter2"])])
            if format == .json {
                #expect(!lines.joined().contains("hunter2"))
            } else {
                #expect(!lines.joined().contains("\(name)=hunter2"))
            }
        }
    }

    @Test("A message of a megabyte becomes one line of bounded length")
    func longMessage() throws {
        let lines = log(.json, "\(String(repeating: "x", count: 1 << 20))")
        #expect(lines.count == 1)
        #expect(lines.joined().utf8.count < 20_000)
        #expect(try parsed(lines)["msg"]?.stringValue?.hasSuffix("…") == true)
    }

    @Test("A full queue loses its oldest debug and info lines first, then the oldest of all, and counts them")
    func overflow() {
        let lines = Lines()
        let gate = DispatchSemaphore(value: 0)
        let queue = LogQueue(capacity: 3) { line in
            // The writer waits here with the first line in its hand, so that the queue fills up.
            if line == Array("first".utf8) { gate.wait() }
            lines.append(line)
        }
        queue.append(Array("first".utf8), isMinor: true)
        while queue.waiting > 0 { sched_yield() }
        for (text, isMinor) in [("i1", true), ("e1", false), ("i2", true)] { queue.append(Array(text.utf8), isMinor: isMinor) }
        for text in ["e2", "e3", "e4"] { queue.append(Array(text.utf8), isMinor: false) }
        queue.append(Array("i3".utf8), isMinor: true)
        gate.signal()
        queue.flush()
        #expect(lines.all.joined() == "firste2e3e4")
        #expect(queue.dropped == 4)
    }
}
