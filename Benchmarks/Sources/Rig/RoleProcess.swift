import Development
import Foundation
import LocalServers

/// A child process under measurement: a role of the service, or what it is compared with.
struct RoleProcess: Sendable {
    let child: ChildProcess
    let port: Int
    private let claim: PortClaim?

    var memory: ProcessMemory { ProcessMemory(pid: child.pid) }
    var url: String { "http://127.0.0.1:\(port)" }

    /// Gives every thread the process has a niceness (setpriority(2)); below zero it has the processors first.
    /// - Returns: whether the system allows that.
    func setNiceness(_ niceness: Int) -> Bool {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.pid)/task")) ?? []
        return !threads.isEmpty
            && threads.compactMap(UInt32.init).allSatisfy {
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), $0, Int32(niceness)) == 0
            }
    }

    /// Ends the process and waits for its end.
    func stop() async { await child.stop(grace: .seconds(10)) }

    fileprivate init(child: ChildProcess, port: Int, claim: PortClaim?) {
        self.child = child
        self.port = port
        self.claim = claim
    }
}

extension Rig {
    /// Starts a role that opens no port.
    func start(role: String, _ extra: [String: String] = [:]) async throws -> RoleProcess {
        let environment = variables.merging(extra) { $1 }
        let command = Command(Programs.service, [role], environment: environment, logPath: "\(directory)/\(role).log")
        return RoleProcess(child: try await ChildProcess.start(command), port: 0, claim: nil)
    }

    /// Starts the collector and waits until its socket is there.
    func startCollector(socket: String) async throws -> RoleProcess {
        let collector = try await start(role: "collect", ["TBG_COLLECTOR_SOCKET": socket, "TBG_COLLECTOR_SPOOL_DIR": directory + "/spool"])
        while !FileManager.default.fileExists(atPath: socket) { try await Task.sleep(for: .milliseconds(10)) }
        return collector
    }

    /// Starts the API and waits until it is ready.
    func startAPI(_ extra: [String: String] = [:]) async throws -> RoleProcess {
        let claim = try PortClaim.near(18_000, fallback: 18_001)
        let environment = variables.merging(["TBG_PORT": String(claim.port)]) { $1 }.merging(extra) { $1 }
        let command = Command(Programs.service, ["api"], environment: environment, logPath: directory + "/api.log")
        let role = RoleProcess(child: try await ChildProcess.start(command), port: claim.port, claim: claim)
        try await role.waitUntilAnswering("/ready")
        return role
    }

    /// Starts a subcommand of this program that listens on `--port`.
    func startOwnServer(_ subcommand: String) async throws -> RoleProcess {
        let claim = try PortClaim.near(18_100, fallback: 18_101)
        let command = Command(Programs.own, [subcommand, "--port", String(claim.port)], logPath: "\(directory)/\(subcommand).log")
        let role = RoleProcess(child: try await ChildProcess.start(command), port: claim.port, claim: claim)
        try await role.waitUntilAnswering("/health")
        return role
    }
}

extension RoleProcess {
    fileprivate func waitUntilAnswering(_ path: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while HTTPProbe.status(port: port, path: path) != 200 {
            guard child.isRunning, ContinuousClock.now < deadline else { throw BenchmarkFailure("no server on port \(port)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
