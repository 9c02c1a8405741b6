import Postgres
import Redis

/// The mining consumer (spec 03a §6).
package struct MiningSettings: Sendable {
    package let batchMaximum: Int
    package let leaseSeconds: Int
    package let claimIdleSeconds: Int
    package let claimIntervalSeconds: Int
    package let networkDifficultyFallback: Double?
    package let workerTimeoutSeconds: Int

    init(_ reader: inout SettingsReader) {
        batchMaximum = reader.integer("INGEST_BATCH_MAX", 50000, in: 1...50000, "most stream entries in one transaction")
        leaseSeconds = reader.integer(
            "CONSUMER_LEASE_SECONDS",
            5,
            in: 1...60,
            "a consumer without a sign of life for so long is dead, and others take over its entries, seconds"
        )
        claimIdleSeconds = reader.integer(
            "CLAIM_IDLE_SECONDS",
            60,
            in: 1...3600,
            "entries a consumer has had in hand for longer are delivered again, seconds"
        )
        claimIntervalSeconds = reader.integer(
            "CLAIM_INTERVAL_SECONDS",
            15,
            in: 1...600,
            "time between two searches for such entries, seconds"
        )
        let fallback = reader.number(
            "NETWORK_DIFFICULTY_FALLBACK",
            0,
            above: -1,
            "network difficulty until one is known; 0 chooses by network"
        )
        networkDifficultyFallback = fallback > 0 ? fallback : nil
        workerTimeoutSeconds = reader.integer(
            "WORKER_TIMEOUT_SECONDS",
            300,
            in: 60...3600,
            "a worker that has been silent for so long is offline, seconds"
        )
    }
}

/// The event collector (spec 03a §4).
package struct CollectorSettings: Sendable {
    package let sockets: [String]
    package let socketGroup: String?
    package let spoolDirectory: String
    package let spoolMaximumBytes: Int
    package let adminPort: Int
    package let logsRawShares: Bool
    package let batchMaximum: Int
    package let batchFlushSeconds: Double

    init(_ reader: inout SettingsReader) {
        sockets = reader.list(
            "COLLECTOR_SOCKET",
            ["/tmp/ckpool/events.sock"],
            "Unix sockets that pools write to, one or several: a path is a datagram socket, `stream:` before it makes it a stream socket"
        )
        if sockets.isEmpty || Set(sockets).count < sockets.count { reader.refuse("COLLECTOR_SOCKET", "must name different sockets") }
        if sockets.contains(where: { $0.utf8.count > 107 + "datagram:".utf8.count }) {
            reader.refuse("COLLECTOR_SOCKET", "must have at most 107 bytes a path")
        }
        socketGroup = reader.optionalText("COLLECTOR_SOCKET_GROUP", "group that may write to the socket")
        spoolDirectory = reader.text("COLLECTOR_SPOOL_DIR", "/var/spool/tbg", "directory of events that wait for Redis or PostgreSQL")
        spoolMaximumBytes = reader.integer(
            "COLLECTOR_SPOOL_MAX_BYTES",
            2_147_483_648,
            in: 1_048_576...1_099_511_627_776,
            "bound of the spool per sink, bytes"
        )
        adminPort = reader.integer(
            "COLLECTOR_ADMIN_PORT",
            9105,
            in: 0...65535,
            "port of the collector's `/health` and `/metrics`; 0 turns it off"
        )
        logsRawShares = reader.boolean("COLLECTOR_RAW_SHARES", true, "keeps shares in the raw log, which gap repair reads")
        batchMaximum = reader.integer("BATCH_MAX_SIZE", 500, in: 1...5000, "most events in one raw-log insert")
        batchFlushSeconds = reader.number("BATCH_FLUSH_INTERVAL", 1, "longest wait before a raw-log insert, seconds")
    }
}
