import Foundation
import Glibc
import Testing

@testable import LocalServers

@Suite("Child processes")
struct ChildProcessTests {
    @Test("A command's status and output are collected")
    func run() async throws {
        let output = try await Command("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"]).run()
        #expect(output.status == .code(3))
        #expect(output.text == "out\nerr\n")
    }

    @Test("A failed command throws with the end of its output")
    func failure() async throws {
        await #expect(throws: LocalServerError.failed(program: "sh", status: .code(1), output: "no space")) {
            try await Command("/bin/sh", ["-c", "echo no space; exit 1"]).runSuccessfully()
        }
    }

    @Test("A missing program is an error, not a child that failed")
    func missing() async throws {
        await #expect(throws: LocalServerError.self) { try await ChildProcess.start(Command("/nonexistent/program")) }
    }

    @Test("Everyone who waits learns the status, also afterwards")
    func waiters() async throws {
        let child = try await ChildProcess.start(Command("/bin/sleep", ["100"]))
        async let first = child.exitStatus()
        async let second = child.exitStatus()
        #expect(child.isRunning)
        child.signal(SIGTERM)
        #expect(await first == .signal(SIGTERM))
        #expect(await second == .signal(SIGTERM))
        #expect(await child.exitStatus() == .signal(SIGTERM))
        #expect(!child.isRunning)
        child.signal(SIGTERM)
    }

    @Test("A child that ignores the request is killed")
    func insistence() async throws {
        let log = try TemporaryDirectory()
        let child = try await ChildProcess.start(
            Command("/bin/sh", ["-c", "trap '' TERM; echo armed; while :; do sleep 0.1; done"], logPath: log.path + "/log")
        )
        try await eventually { FileManager.default.contents(atPath: log.path + "/log") == Data("armed\n".utf8) }
        #expect(await child.stop(grace: .milliseconds(50)) == .signal(SIGKILL))
    }

    @Test("A child has its own process group, default signals, its folder and nothing of the parent's descriptors")
    func surroundings() async throws {
        let script = "echo $PPID; ps -o pgid= -p $$ | tr -d ' '; echo $$; pwd; ls /proc/self/fd | wc -l; grep SigIgn /proc/self/status"
        let output = try await Command("/bin/sh", ["-c", script], workingDirectory: "/usr").runSuccessfully().split(separator: "\n")
        #expect(output[0] == "\(getpid())")
        #expect(output[1] == output[2])
        #expect(output[3] == "/usr")
        // 0, 1, 2 and the one `ls` opens.
        #expect(output[4] == "4")
        // Signals 32 and up belong to the C library.
        let ignored = UInt64(output[5].split(whereSeparator: \.isWhitespace)[1], radix: 16)
        #expect(ignored.map { $0 & 0x7fff_ffff } == 0)
    }
}

@Suite("Folder lock")
struct DirectoryLockTests {
    @Test("A second claim fails and names the holder; after release it succeeds")
    func exclusive() throws {
        let folder = try TemporaryDirectory()
        var lock: DirectoryLock? = try DirectoryLock(directory: folder.path)
        #expect(throws: LocalServerError.directoryInUse(path: folder.path, holder: getpid())) { try DirectoryLock(directory: folder.path) }
        withExtendedLifetime(lock) {}
        lock = nil
        #expect(throws: Never.self) { try DirectoryLock(directory: folder.path) }
    }
}

/// A folder that goes with the value.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "/tmp/tbg-ls-\(getpid())-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Waits for a condition another process brings about; fails after a generous limit.
func eventually(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<1_500 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("the condition did not come true within 15 s")
}
