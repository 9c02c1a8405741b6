/// How a private cluster is tuned.
public struct PostgresSettings: Equatable, Sendable {
    /// False trades safety at a power cut for speed: fit for tests alone.
    public var isDurable: Bool
    /// Most client connections.
    public var maximumConnections: Int
    /// PostgreSQL's own page cache in MiB.
    public var sharedBuffersMebibytes: Int
    /// More settings by name; they win over the others.
    public var extra: [String: String]

    /// Settings of a development server.
    public init(isDurable: Bool = true, maximumConnections: Int = 200, sharedBuffersMebibytes: Int = 128, extra: [String: String] = [:]) {
        self.isDurable = isDurable
        self.maximumConnections = maximumConnections
        self.sharedBuffersMebibytes = sharedBuffersMebibytes
        self.extra = extra
    }

    /// Settings for tests: nothing waits for the disk.
    public static let forTests = PostgresSettings(isDurable: false, maximumConnections: 600)

    /// The `-c name=value` arguments of `postgres`, in the order of their names.
    func arguments(socketDirectory: String, timescale: Bool) -> [String] {
        var values = [
            "listen_addresses": "",
            "unix_socket_directories": socketDirectory,
            "unix_socket_permissions": "0700",
            "max_connections": String(maximumConnections),
            "shared_buffers": "\(sharedBuffersMebibytes)MB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "logging_collector": "off",
            "log_destination": "stderr",
        ]
        if !isDurable {
            for name in ["fsync", "synchronous_commit", "full_page_writes"] { values[name] = "off" }
        }
        if timescale {
            values["shared_preload_libraries"] = "timescaledb"
            values["timescaledb.telemetry_level"] = "off"
        }
        values.merge(extra) { $1 }
        return values.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }
}
