import NIOCore
import Testing

@testable import Redis

@Suite("Encoding of commands")
struct RESPEncoderTests {
    private func text(_ command: RedisCommand) -> String {
        var buffer = ByteBuffer()
        RESPEncoder.write(command, into: &buffer)
        return String(buffer: buffer)
    }

    @Test("a command is an array of bulk strings")
    func plain() {
        #expect(text(RedisCommand("PING")) == "*1\r\n$4\r\nPING\r\n")
        #expect(text(RedisCommand("GET", "key")) == "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n")
    }

    @Test("every kind of argument is written with its length in bytes")
    func arguments() {
        #expect(text(RedisCommand("E", "é")) == "*2\r\n$1\r\nE\r\n$2\r\né\r\n")
        #expect(text(RedisCommand("E", "")) == "*2\r\n$1\r\nE\r\n$0\r\n\r\n")
        #expect(text(RedisCommand("E", [UInt8]("a\r\n".utf8))) == "*2\r\n$1\r\nE\r\n$3\r\na\r\n\r\n")
        #expect(text(RedisCommand("E", ByteBuffer(string: "xy"))) == "*2\r\n$1\r\nE\r\n$2\r\nxy\r\n")
        #expect(text(RedisCommand("E", 1.5)) == "*2\r\n$1\r\nE\r\n$3\r\n1.5\r\n")
        #expect(text(RedisCommand("E", RedisArgument.string("s"), 7)) == "*3\r\n$1\r\nE\r\n$1\r\ns\r\n$1\r\n7\r\n")
    }

    @Test(
        "integers are written in decimal",
        arguments: [0, 9, 10, 99, 100, -1, -10, 1_234_567_890, Int.max, Int.min]
    )
    func integers(value: Int) {
        #expect(text(RedisCommand("E", value)) == "*2\r\n$1\r\nE\r\n$\(String(value).utf8.count)\r\n\(value)\r\n")
    }

    @Test("commands follow each other in one buffer, long ones included")
    func several() {
        var buffer = ByteBuffer()
        let long = String(repeating: "z", count: 100_000)
        RESPEncoder.write(RedisCommand("A", long), into: &buffer)
        RESPEncoder.write(RedisCommand("B", arguments: (0..<2_000).map { .integer($0) }), into: &buffer)
        let written = String(buffer: buffer)
        #expect(written.hasPrefix("*2\r\n$1\r\nA\r\n$100000\r\nzzz"))
        #expect(written.contains("zz\r\n*2001\r\n$1\r\nB\r\n$1\r\n0\r\n"))
        #expect(written.hasSuffix("$4\r\n1999\r\n"))
    }

    @Test("a script is called by the SHA-1 of its source")
    func script() {
        let script = RedisScript("return 1")
        #expect(script.sha1 == "e0e1f9fabfc9d4800c877a703b823ac0578ff8db")
        #expect(
            text(script.call(["k"], ["a"])) == "*5\r\n$7\r\nEVALSHA\r\n$40\r\n\(script.sha1)\r\n$1\r\n1\r\n$1\r\nk\r\n$1\r\na\r\n"
        )
    }
}
