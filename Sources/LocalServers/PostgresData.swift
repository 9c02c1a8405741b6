import Foundation
import Glibc

/// The data directory of a cluster.
enum PostgresData {
    /// Major version that wrote the directory, nil where there is no cluster yet.
    static func majorVersion(of data: String) -> Int? {
        FileManager.default.contents(atPath: data + "/PG_VERSION").flatMap { Int(String(decoding: $0, as: UTF8.self).filter(\.isNumber)) }
    }

    /// Runs `initdb` where there is no cluster. It works in a neighbour folder first: an interrupted run leaves no half cluster.
    static func create(at data: String, installation: PostgresInstallation, account: ServiceAccount?, isDurable: Bool) async throws {
        guard majorVersion(of: data) == nil else { return }
        let fresh = data + ".new"
        try? FileManager.default.removeItem(atPath: fresh)
        var arguments = ["-D", fresh, "-U", PostgresCluster.user, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        if !isDurable { arguments.append("--no-sync") }
        try await Command(installation.program("initdb"), arguments, workingDirectory: "/", account: account).runSuccessfully()
        try SystemCall.check(rename(fresh, data), "rename", data)
    }

    /// Removes the lock files of a killed server. Only for the holder of the folder, and after eviction: then their owner is gone, while its
    /// process id may meanwhile belong to another server, which would make `postgres` refuse to start.
    static func removeStaleLocks(data: String, socket: String) {
        for path in [data + "/postmaster.pid", socket, socket + ".lock"] { unlink(path) }
    }

    /// True when line 8 of `postmaster.pid` says that process `pid` accepts connections.
    static func isReady(_ data: String, pid: Int32) -> Bool {
        guard let content = FileManager.default.contents(atPath: data + "/postmaster.pid") else { return false }
        return isReady(postmasterFile: String(decoding: content, as: UTF8.self), pid: pid)
    }

    static func isReady(postmasterFile text: String, pid: Int32) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count >= 8 && lines[0] == String(pid) && lines[7].hasPrefix("ready")
    }
}
