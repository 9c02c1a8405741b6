import Foundation
import Glibc
import LocalServers
import Synchronization

/// A folder that lives as long as the test process, in memory where there is room. What a killed process left is removed by the next one.
final class ProcessDirectory: Sendable {
    private static let prefix = "tbg-test-"

    /// Servers and folders to end at exit; `atexit` takes no context.
    private static let atExit = Mutex<(paths: [String], pids: [Int32])>(([], []))

    let path: String
    private let lock: DirectoryLock
    private let counter = Atomic<Int>(0)
    private let retained = Mutex<[any Sendable]>([])

    init() throws {
        for home in ["/tmp", "/dev/shm"] { Self.sweep(in: home) }
        path = "\(Self.home)/\(Self.prefix)\(getpid())-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o711]
        )
        lock = try DirectoryLock(directory: path)
        let isFirst = Self.atExit.withLock { state in
            state.paths.append(path)
            return state.paths.count == 1
        }
        if isFirst { atexit { ProcessDirectory.cleanUp() } }
    }

    /// Not the user's TMPDIR: sockets below need a short path that the server's account can walk to. Hundreds of databases are made and
    /// dropped; on a disk their thousands of files keep the file system busier than the servers.
    private static var home: String {
        var memory = statvfs()
        guard statvfs("/dev/shm", &memory) == 0, UInt64(memory.f_bavail) * UInt64(memory.f_frsize) >= 4 << 30 else { return "/tmp" }
        return "/dev/shm"
    }

    /// A new empty folder in this one.
    func makeDirectory(_ name: String) throws -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        let directory = "\(path)/\(name)\(number)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        return directory
    }

    /// Ends the server when the process exits.
    func adopt(_ process: ChildProcess) { Self.atExit.withLock { $0.pids.append(process.pid) } }

    /// Keeps an object (and the folder lock it holds) for the life of the process.
    func retain(_ object: any Sendable) { retained.withLock { $0.append(object) } }

    private static func cleanUp() {
        let (paths, pids) = atExit.withLock { $0 }
        // SIGQUIT ends PostgreSQL at once and lets it give back its shared memory; Redis just dies.
        for pid in pids { kill(pid, SIGQUIT) }
        for _ in 0..<200 where pids.contains(where: { kill($0, 0) == 0 }) { usleep(10_000) }
        for path in paths { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Removes folders whose process is gone.
    static func sweep(in directory: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let path = "\(directory)/\(name)"
            // A folder without a lock file is just being made by another process.
            guard FileManager.default.fileExists(atPath: path + "/lock"), let lock = try? DirectoryLock(directory: path) else { continue }
            try? FileManager.default.removeItem(atPath: path)
            withExtendedLifetime(lock) {}
        }
    }
}
