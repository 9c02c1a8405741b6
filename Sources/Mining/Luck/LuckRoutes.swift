import API
import HTTPTypes
import Platform

/// How lucky the caller has been (extension).
enum LuckRoutes {
    static let luck = Endpoint<NoInput, Reply<MiningLuck>>(
        .get,
        "/api/v1/mining/luck",
        id: "miningLuck",
        tag: MiningRoutes.tag,
        summary: "Blocks and best share of the caller beside what the work done could be expected to bring",
        details: "Blocks are expected at today's network difficulty. The expected best is a median, because a mean does not exist.",
        auth: MiningRoutes.auth,
        rate: .standard,
        cache: MiningRoutes.cache
    )

    static func add(to table: inout RouteTable<AppContext>, service: LuckService) {
        table.add(luck) { _, context in try await service.luck(of: context.requirePrincipal()) }
    }
}
