import Foundation

/// What the kernel says of a process's memory (proc(5), `/proc/<pid>/status`).
struct ProcessMemory {
    let pid: Int32

    /// Resident pages now, in KiB.
    var residentKibibytes: Int { field("VmRSS") }

    /// Most resident pages since ``resetPeak()``, in KiB.
    var peakKibibytes: Int { field("VmHWM") }

    /// Starts the peak anew (proc(5), `clear_refs`, 5).
    func resetPeak() {
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(pid)/clear_refs"))
    }

    private func field(_ name: String) -> Int {
        // A file of /proc has no size, so it is read to its end.
        guard let handle = FileHandle(forReadingAtPath: "/proc/\(pid)/status"), let data = try? handle.readToEnd() else { return 0 }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name + ":") {
            return line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
        }
        return 0
    }
}
