import Postgres
import Testing

@testable import Platform

/// Spec 11 §9 and §19.15.
@Suite("Connection budget")
struct ConnectionBudgetTests {
    @Test(
        "Four and four nodes fit into 200 connections, six and four do not",
        arguments: [(4, 4, 200, true), (6, 4, 200, false), (1, 1, 100, true), (1, 1, 49, false), (1, 1, 50, true), (0, 0, 12, false)]
    )
    func arithmetic(api: Int, worker: Int, maximum: Int, fits: Bool) {
        let refusal = ConnectionBudget.refusal(apiNodes: api, workerNodes: worker, maximumConnections: maximum)
        #expect((refusal == nil) == fits)
        if let refusal { #expect(refusal.description.contains("TBG_CLUSTER_API_NODES")) }
    }

    @Test("The server is asked for its limit; one that does not answer is no reason to refuse")
    func server() async throws {
        try await MigrationRig.withEmpty { database, _ in
            let fits = try Settings(EnvironmentSource([:])).database
            #expect(try await ConnectionBudget.check(database, fits))
            let tooMany = try Settings(EnvironmentSource(["TBG_CLUSTER_API_NODES": "1000"])).database
            await #expect(throws: ConnectionBudget.Refusal.self) { try await ConnectionBudget.check(database, tooMany) }
        }
        let nobody = try MigrationRig.client("postgres://nobody@/nothing?host=%2Fnonexistent")
        #expect(try await !ConnectionBudget.check(nobody, try Settings(EnvironmentSource([:])).database))
        await nobody.close()
    }
}
