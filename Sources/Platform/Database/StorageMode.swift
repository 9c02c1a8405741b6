/// How time tables are kept; chosen once, by the first migration (spec 03a §10).
package enum StorageMode: String, Sendable {
    /// Range partitions of PostgreSQL itself.
    case native
    /// Hypertables of the TimescaleDB extension.
    case timescale
}
