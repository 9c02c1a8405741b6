import Foundation

/// Has one processor work off what arrives over the loopback interface, as on a network the machine at the other end would; otherwise the
/// kernel does the receiver's half of a connection on the processor of whoever sends. (Linux, "Scaling in the Linux Networking Stack", RPS.)
enum ReceiveSteering {
    private static let setting = "/sys/class/net/lo/queues/rx-0/rps_cpus"

    /// Runs the body with a processor chosen, and puts back what was set before.
    /// - Parameter body: is told whether the system allowed it.
    static func to<Value>(processor: Int, _ body: (_ isSteered: Bool) async throws -> Value) async throws -> Value {
        guard let before = try? String(contentsOfFile: setting, encoding: .utf8), write(mask(processor)) else {
            return try await body(false)
        }
        defer { _ = write(before) }
        return try await body(true)
    }

    /// A bitmap in hexadecimal, 32 bits between commas, lowest last.
    private static func mask(_ processor: Int) -> String {
        String(1 << (processor % 32), radix: 16) + String(repeating: ",00000000", count: processor / 32)
    }

    /// The file is the kernel's: it can be written, not replaced.
    private static func write(_ text: String) -> Bool {
        guard let file = FileHandle(forWritingAtPath: setting) else { return false }
        defer { try? file.close() }
        return (try? file.write(contentsOf: Data(text.utf8))) != nil
    }
}
