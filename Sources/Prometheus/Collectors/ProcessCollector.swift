#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The `process_*` metrics every Prometheus client offers, read from Linux's `/proc`: processor time, resident memory, open file
/// descriptors, start time. On other systems it has no samples.
public struct ProcessCollector: MetricCollector {
    private let bootTime: Double?

    /// A collector for the running process.
    public init() {
        bootTime = ProcFile.read("/proc/stat").flatMap(ProcFile.bootTime)
    }

    /// Declarations of the metrics this collector reports.
    public static let descriptions: [MetricDescription] = [
        .counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds."),
        .gauge("process_resident_memory_bytes", "Resident memory size in bytes."),
        .gauge("process_open_fds", "Number of open file descriptors."),
        .gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds."),
    ]

    /// The values now; what cannot be read is left out.
    public func samples() -> [MetricSample] {
        var samples: [MetricSample] = []
        if let usage = ProcFile.read("/proc/self/stat").flatMap(ProcessUsage.init) {
            let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
            samples.append(MetricSample("process_cpu_seconds_total", Double(usage.cpuTicks) / ticksPerSecond))
            samples.append(MetricSample("process_resident_memory_bytes", Double(usage.residentPages) * Double(getpagesize())))
            if let bootTime {
                samples.append(MetricSample("process_start_time_seconds", bootTime + Double(usage.startTicks) / ticksPerSecond))
            }
        }
        if let count = ProcFile.entryCount("/proc/self/fd") {
            // Listing the directory holds one descriptor itself.
            samples.append(MetricSample("process_open_fds", Double(max(0, count - 1))))
        }
        return samples
    }
}
