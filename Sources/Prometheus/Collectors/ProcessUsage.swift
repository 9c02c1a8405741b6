/// The fields of `/proc/<pid>/stat` the process collector reports (proc(5)).
struct ProcessUsage: Equatable {
    /// User and system time, in clock ticks.
    let cpuTicks: UInt64
    /// Start of the process after boot, in clock ticks.
    let startTicks: UInt64
    /// Resident set, in pages.
    let residentPages: UInt64

    init(cpuTicks: UInt64, startTicks: UInt64, residentPages: UInt64) {
        self.cpuTicks = cpuTicks
        self.startTicks = startTicks
        self.residentPages = residentPages
    }

    init?(_ stat: String) {
        // The second field is the command in parentheses and may itself hold spaces and parentheses.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        // The first field after the command is number 3 of the manual page.
        func field(_ number: Int) -> UInt64? {
            let index = number - 3
            return fields.indices.contains(index) ? UInt64(fields[index]) : nil
        }
        guard let user = field(14), let system = field(15), let start = field(22), let resident = field(24) else { return nil }
        self.init(cpuTicks: user + system, startTicks: start, residentPages: resident)
    }
}
