import API
package import Postgres

/// What the database did for a statement: the nodes of its plan with what they met.
package struct QueryPlan: Sendable {
    package let text: String
    /// The node at the top first.
    private let nodes: [JSONObject]

    /// Runs a statement and takes back what it changed.
    /// - Parameter usesIndexes: whether tables are read from end to end only where nothing else is possible, however small they are.
    package static func explain(_ sql: SQL, in database: PostgresClient, usesIndexes: Bool = false) async throws -> QueryPlan {
        try await database.withConnection { connection in
            try await connection.execute("begin")
            if usesIndexes { try await connection.execute("set local enable_seqscan = off") }
            let rows = try await connection.query("explain (analyze, buffers, timing off, summary off, costs off, format json) \(sql: sql)")
            let text = try rows.map { try String(postgres: $0[0]) }.joined()
            try await connection.execute("rollback")
            return try QueryPlan(text)
        }
    }

    private init(_ text: String) throws {
        let plans = try JSONParser(maximumDepth: 64).parse(Array(text.utf8)).arrayValue
        guard let root = plans?.first?.objectValue?["Plan"]?.objectValue else { throw RigFailure("this is no plan: \(text)") }
        self.text = text
        nodes = Self.flattened(root)
    }

    private static func flattened(_ node: JSONObject) -> [JSONObject] {
        [node] + (node["Plans"]?.arrayValue ?? []).compactMap(\.objectValue).flatMap(flattened)
    }

    /// Nodes that read a table, not those that gather what others read.
    private var scans: [JSONObject] { nodes.filter { $0["Relation Name"] != nil && $0["Node Type"] != "Custom Scan" } }

    /// Tables and ranges that were opened, whether or not anything was read from them.
    package var relations: Set<String> { Set(scans.compactMap { $0["Relation Name"]?.stringValue }) }

    /// Tables and ranges that were read from end to end.
    package var scanned: Set<String> { Set(scans.filter { $0["Node Type"] == "Seq Scan" }.compactMap { $0["Relation Name"]?.stringValue }) }

    package var hasSort: Bool { nodes.contains { ["Sort", "Incremental Sort"].contains($0["Node Type"]) } }

    /// Rows read from tables, those included that a filter removed.
    package var rowsRead: Int64 { rowsRead { _ in true } }

    /// Rows read from some tables.
    package func rowsRead(from isCounted: (String) -> Bool) -> Int64 {
        scans.filter { isCounted($0["Relation Name"]?.stringValue ?? "") }.reduce(0) { sum, node in
            let removed = Self.number("Rows Removed by Filter", of: node) + Self.number("Rows Removed by Index Recheck", of: node)
            return sum + (Self.number("Actual Rows", of: node) + removed) * Self.number("Actual Loops", of: node)
        }
    }

    /// Blocks of 8 KiB that were looked at.
    package var buffers: Int64 {
        nodes.first.map { Self.number("Shared Hit Blocks", of: $0) + Self.number("Shared Read Blocks", of: $0) } ?? 0
    }

    private static func number(_ name: String, of node: JSONObject) -> Int64 { node[name]?.int64Value ?? 0 }
}
