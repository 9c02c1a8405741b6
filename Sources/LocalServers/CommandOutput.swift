import Foundation
import Glibc

/// What a finished command left: its status and everything it printed.
public struct CommandOutput: Sendable {
    /// How it ended.
    public let status: ExitStatus
    /// Standard output and error in the order they were written.
    public let text: String
}

extension Command {
    /// Runs the command to its end and collects its output.
    public func run() async throws -> CommandOutput {
        let setpriv = try Programs.setpriv()
        guard SystemCall.isExecutable(program) else { throw LocalServerError.system(call: "exec", path: program, code: ENOENT) }
        var ends: [Int32] = [0, 0]
        try SystemCall.check(pipe(&ends), "pipe", program)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        let child: ChildProcess
        do {
            let pid = try await SpawningThread.shared.run { try Spawn.start(self, setpriv: setpriv, output: writeEnd) }
            child = ChildProcess.adopt(pid: pid)
            close(writeEnd)
        } catch {
            close(writeEnd)
            close(readEnd)
            throw error
        }
        let text = await Self.drain(readEnd)
        return CommandOutput(status: await child.exitStatus(), text: text)
    }

    /// Runs the command and throws ``LocalServerError/failed(program:status:output:)`` unless it ends with code 0; returns what it printed.
    @discardableResult
    public func runSuccessfully() async throws -> String {
        let output = try await run()
        guard output.status.isSuccess else {
            throw LocalServerError.failed(program: name, status: output.status, output: LogTail.end(of: output.text))
        }
        return output.text
    }

    private static func drain(_ descriptor: Int32) async -> String {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                let data = (try? handle.readToEnd()) ?? Data()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
    }
}

/// The last lines of a log, for an error message.
enum LogTail {
    /// At most `lines` last non-empty lines of `text`.
    static func end(of text: String, lines: Int = 12) -> String {
        text.split(whereSeparator: \.isNewline).suffix(lines).joined(separator: "\n")
    }

    /// The end of a file, empty where it cannot be read.
    static func end(ofFile path: String?, lines: Int = 12) -> String {
        guard let path, let data = FileManager.default.contents(atPath: path) else { return "" }
        return end(of: String(decoding: data.suffix(8_192), as: UTF8.self), lines: lines)
    }
}
