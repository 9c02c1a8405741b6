import Foundation
import NIOCore
import Redis
import Synchronization

/// A real redis-server as a child process with a directory and a socket of its own; ended with the object.
final class ServerProcess: Sendable {
    struct StartFailure: Error {}

    let directory: URL
    private let arguments: [String]
    private let process: Mutex<Process?> = Mutex(nil)

    var socketPath: String { directory.appendingPathComponent("redis.sock").path }

    /// Starts a server and returns when its socket accepts connections.
    init(_ arguments: [String] = [], port: Int = 0, prepare: (URL) throws -> [String] = { _ in [] }) throws {
        // Socket paths are short of room: 108 bytes.
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("redis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let common = [
            "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", directory.appendingPathComponent("redis.sock").path,
            "--dir", directory.path, "--save", "", "--enable-debug-command", "yes",
        ]
        self.arguments = common + arguments + (try prepare(directory))
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Starts the server again after ``kill()``.
    func start() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/redis-server")
        child.arguments = arguments
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        try child.run()
        process.withLock { $0 = child }
        for _ in 0..<5_000 {
            if accepts() { return }
            guard child.isRunning else { throw StartFailure() }
            usleep(2_000)
        }
        throw StartFailure()
    }

    /// Ends the server without giving it a chance to say goodbye.
    func kill() {
        process.withLock { child in
            guard let running = child, running.isRunning else { return }
            #if canImport(Glibc)
                _ = Glibc.kill(running.processIdentifier, SIGKILL)
            #else
                _ = Darwin.kill(running.processIdentifier, SIGKILL)
            #endif
            running.waitUntilExit()
            child = nil
        }
    }

    /// Settings for this server with short pauses, so that tests of reconnection are quick.
    func configuration(_ change: (inout RedisConfiguration) -> Void = { _ in }) -> RedisConfiguration {
        var configuration = RedisConfiguration(endpoint: .unix(path: socketPath))
        configuration.commandTimeout = .seconds(20)
        configuration.backoff = Backoff(first: .milliseconds(2), limit: .milliseconds(20))
        change(&configuration)
        return configuration
    }

    private func accepts() -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(socketPath.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes.prefix($0.count - 1)) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) == 0 }
        }
    }
}
