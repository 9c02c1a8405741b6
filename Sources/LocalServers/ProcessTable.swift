import Foundation
import Glibc

/// Looks into /proc for servers that outlived the process that started them.
enum ProcessTable {
    /// Process ids whose working directory is `directory` and whose program's file name starts with `prefix`.
    ///
    /// Both servers change into their data directory, so this finds exactly the processes that still use it.
    static func processes(in directory: String, programPrefix prefix: String) -> [Int32] {
        let directory = SystemCall.resolved(directory)
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { Int32($0) }.filter { pid in
            guard SystemCall.linkTarget("/proc/\(pid)/cwd") == directory, let program = SystemCall.linkTarget("/proc/\(pid)/exe") else {
                return false
            }
            return program.split(separator: "/").last?.hasPrefix(prefix) ?? false
        }
    }

    /// Ends such processes: `number` first, SIGKILL for what is left after `grace`. Call it only while holding the folder's lock.
    static func evict(from directory: String, programPrefix prefix: String, signal number: Int32, grace: Duration) async throws {
        let found = processes(in: directory, programPrefix: prefix)
        guard !found.isEmpty else { return }
        for pid in found { kill(pid, number) }
        let deadline = ContinuousClock.now + grace
        while ContinuousClock.now < deadline {
            if processes(in: directory, programPrefix: prefix).isEmpty { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        while true {
            let left = processes(in: directory, programPrefix: prefix)
            if left.isEmpty { return }
            for pid in left { kill(pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
