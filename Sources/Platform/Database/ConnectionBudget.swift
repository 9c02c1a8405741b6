package import Postgres

/// Whether the connections that all nodes of a deployment may open fit into the server (spec 11 §9, §19.15).
package enum ConnectionBudget {
    /// Most connections of an API node and of a worker, whatever their pools are set to, and what is left for everything else.
    static let (apiNode, workerNode, others) = (20, 10, 10)

    /// A deployment that cannot work.
    package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// - Returns: nil when 20 × API nodes + 10 × workers + 10 is at most 80 % of the server's `max_connections`.
    package static func refusal(apiNodes: Int, workerNodes: Int, maximumConnections: Int) -> Refusal? {
        let needed = apiNode * apiNodes + workerNode * workerNodes + others
        let offered = maximumConnections * 8 / 10
        guard needed > offered else { return nil }
        return Refusal(
            description: """
                \(apiNodes) API nodes and \(workerNodes) workers (TBG_CLUSTER_API_NODES, TBG_CLUSTER_WORKER_NODES) may open \(needed) \
                connections, but 80 % of the server's max_connections is \(offered): raise max_connections or put a pooler between them
                """
        )
    }

    /// Asks the server. One that does not answer within two seconds is no reason to refuse: it may be starting too.
    /// - Returns: whether the server answered.
    /// - Throws: ``Refusal``.
    package static func check(_ database: PostgresClient, _ settings: DatabaseSettings) async throws(Refusal) -> Bool {
        let answer = await TimeLimit.run(.seconds(2)) {
            try await database.query("select current_setting('max_connections')::int").value(Int32.self)
        }
        guard let maximum = answer ?? nil else { return false }
        let refusal = refusal(
            apiNodes: settings.clusterAPINodes,
            workerNodes: settings.clusterWorkerNodes,
            maximumConnections: Int(maximum)
        )
        if let refusal { throw refusal }
        return true
    }
}
