import Accounts
package import API
import HTTPTypes
package import Hummingbird
package import Platform
import WebSockets

/// The socket endpoint (spec 04 §1, §7.1).
package enum FeedRoutes {
    private static func socket(_ path: String, id: String) -> Endpoint<NoInput, UpgradeResponse> {
        Endpoint(
            .get,
            path,
            id: id,
            tag: "Realtime",
            summary: "Live messages over one WebSocket",
            details:
                "Authenticated before the upgrade, by `token` in the query or a bearer token. See the client frames in `docs/events.md`.",
            auth: .socketToken,
            rate: .sockets,
            errors: [
                .forbidden("origin_not_allowed"), .forbidden("account_banned"), .tooManyRequests("too_many_connections"),
                .unavailable("draining"),
                DocumentedError(.upgradeRequired, "upgrade_required"),
            ]
        )
    }

    static let main = socket("/ws", id: "socket")
    static let alias = socket("/api/ws", id: "socketAlias")

    package static func add(to table: inout RouteTable<AppContext>, hub: Hub, maximumSockets: Int) {
        for endpoint in [main, alias] {
            table.add(endpoint) { _, context in
                try await open(hub, maximumSockets, context)
            }
        }
    }

    /// What is checked before limits and credentials: first that a socket is asked for at all, then where from.
    package static func prechecks(cors: CORSPolicy) -> [String: ServiceGate.Precheck] {
        let check: ServiceGate.Precheck = { request in
            _ = try WebSocketUpgrade.required()
            guard cors.allows(origin: request.headers[.origin], host: request.head.authority) else {
                throw APIError.forbidden("origin_not_allowed", "This site may not open a live connection.")
            }
        }
        return [main.id: check, alias.id: check]
    }

    private static func open(_ hub: Hub, _ maximumSockets: Int, _ context: AppContext) async throws -> UpgradeResponse {
        let caller = try context.requirePrincipal()
        guard let session = caller.session else { throw APIError.unauthorized(hadToken: true) }
        let user = caller.user
        let upgrade = try WebSocketUpgrade.required()
        switch await hub.join(user, maximumPerNode: maximumSockets) {
        case .nodeFull:
            throw APIError.unavailable("busy", "The service is busy. Please try again in a moment.")
        case .tooManyOfUser:
            throw APIError(.tooManyRequests, "too_many_connections", "Too many open live connections. Close another tab first.").retryAfter(
                seconds: 5
            )
        case .admitted:
            let loop = context.eventLoop
            return UpgradeResponse(
                response: upgrade.accept(abandoned: { hub.leave(user) }) { hub.makeHandler(user: user, session: session, on: loop) }
            )
        }
    }
}

/// The 101 that switches a connection to WebSocket.
package struct UpgradeResponse: EndpointOutput {
    let response: Response

    package static var content: OutputContent { .other(mediaType: "application/json") }

    package func response(to request: Request, head: ResponseHead) -> Response { response }
}
