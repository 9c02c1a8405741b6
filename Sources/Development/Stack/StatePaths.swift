import Foundation
import LocalServers

/// Where a development instance keeps what it needs, all below one folder.
public struct StatePaths: Sendable {
    /// The folder itself, absolute.
    public let directory: String

    /// Paths below `directory`, which may be relative to the current folder.
    public init(directory: String) {
        let url = URL(fileURLWithPath: directory).standardizedFileURL
        self.directory = url.path.hasSuffix("/") && url.path.count > 1 ? String(url.path.dropLast()) : url.path
    }

    var postgres: String { directory + "/postgres" }
    var redis: String { directory + "/redis" }
    var keys: String { directory + "/keys" }
    var logs: String { directory + "/logs" }
    var spool: String { directory + "/spool" }
    var mail: String { directory + "/mail" }
    var endpoints: String { directory + "/endpoints.json" }
    var demoToken: String { directory + "/demo-token" }

    /// Folder of the collector's socket, short enough for one.
    var socketHome: ServerHome { .plan(directory: directory, socketName: "events.sock.lock") }
    /// The socket the simulator (or a real pool) writes to.
    public var collectorSocket: String { socketHome.socketDirectory + "/events.sock" }

    func log(of role: String) -> String { "\(logs)/\(role).log" }

    /// Creates the folders; secrets and logs are the owner's alone.
    func create() throws {
        for path in [keys, logs, spool, mail, socketHome.socketDirectory] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// Keeps one old generation of logs that have grown large.
    func rotateLogs(largestBytes: Int = 10 << 20) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: logs) where name.hasSuffix(".log") {
            let path = "\(logs)/\(name)"
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            guard size > largestBytes else { continue }
            try? FileManager.default.removeItem(atPath: path + ".1")
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        }
    }

    /// Removes the state, and nothing else that may be in the folder.
    func reset() throws {
        for path in [postgres, redis, keys, logs, spool, mail, endpoints, demoToken] where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
