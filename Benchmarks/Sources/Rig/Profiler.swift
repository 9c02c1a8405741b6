import Glibc
import LocalServers

/// perf(1) on one process, when the operator wants to know where the time goes.
enum Profiler {
    /// Runs the body while the process is sampled.
    static func sampling<Value>(
        _ pid: Int32,
        _ name: String,
        _ options: RigOptions,
        _ body: () async throws -> Value
    ) async throws -> Value {
        guard options.profile else { return try await body() }
        let file = "\(options.directory)/PROFILE-\(name).data"
        let arguments = ["record", "-q", "-F", "997", "-g", "-p", String(pid), "-o", file]
        let perf = try await ChildProcess.start(Command(try Programs.find("perf"), arguments))
        let value = try await body()
        await perf.stop(signal: SIGINT, grace: .seconds(20))
        print("  profile: perf report -i \(file)")
        return value
    }
}
