import API
import HTTPTypes
import Platform

/// The miner's page that firmware and dashboards made for small solo pools poll (extension): the path and form of public-pool.
enum ClientRoutes {
    static let status = Endpoint<ClientPath, Reply<ClientStatus>>(
        .get,
        "/api/client/{address}",
        id: "poolClient",
        tag: MiningRoutes.tag,
        summary: "A miner by address, as devices poll it",
        details: """
            Only for miners whose public profile is on; private, unknown and banned miners get the same answer. Workers have numbers \
            instead of their names, hashrates and times are rounded.
            """,
        auth: .none,
        rate: .relaxed,
        errors: [.notFound("user_not_found")],
        cache: .public(maxAgeSeconds: 30)
    )

    static func add(to table: inout RouteTable<AppContext>, service: ClientService) {
        table.add(status) { path, context in try await service.status(of: path.address, at: context.now) }
    }
}
