import Foundation

/// Where the programs a benchmark starts are.
enum Programs {
    /// This program.
    static let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]

    /// `tbg` of the same build.
    static let service = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("tbg").path

    /// A program on PATH.
    static func find(_ name: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for directory in path.split(separator: ":") {
            let candidate = "\(directory)/\(name)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw BenchmarkFailure("\(name) is not installed")
    }
}
