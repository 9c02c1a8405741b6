import Accounts
package import API
import HTTPTypes
package import Hummingbird
import Metrics
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
                .unavailable("draining"), .unavailable("busy"),
                DocumentedError(.upgradeRequired, "upgrade_required"),
            ]
        )
    }

    static let main = socket("/ws", id: "socket")
    static let alias = socket("/api/ws", id: "socketAlias")

    static let statistics = Endpoint<NoInput, SocketStatistics>(
        .get,
        "/api/v1/dashboard/ws-stats",
        id: "socketStatistics",
        tag: "Realtime",
        summary: "Open sockets on all nodes",
        auth: .admin,
        rate: .strict
    )

    package static func add(to table: inout RouteTable<AppContext>, hub: Hub, maximumSockets: Int) {
        table.add(statistics) { _, _ in
            return try await hub.census.read()
        }
        for endpoint in [main, alias] {
            table.add(endpoint) { _, context in
                try await open(hub, maximumSockets, context)
            }
        }
    }

    /// What is checked before limits and credentials: that this node opens sockets, that one is asked for, then where from.
    package static func prechecks(cors: CORSPolicy, hub: Hub, maximumSockets: Int) -> [String: ServiceGate.Precheck] {
        let check: ServiceGate.Precheck = { request in
            if let closure = hub.closure(maximumPerNode: maximumSockets) { throw APIError.noSockets(closure) }
            _ = try WebSocketUpgrade.required()
            guard cors.allows(origin: request.headers[.origin], host: request.head.authority) else {
                throw APIError.forbidden("origin_not_allowed", "This site may not open a live connection.")
            }
        }
        return [main.id: check, alias.id: check]
    }

    /// Counts what becomes of handshakes, wherever it is decided: an observer for each path.
    package static let observers: [String: PipelineResponder.Observer] = {
        let count: PipelineResponder.Observer = { status, errorCode in
            let result = status == .switchingProtocols ? "success" : errorCode ?? "error"
            Counter(label: "tbg_ws_handshakes_total", dimensions: [("result", result)]).increment()
        }
        return [main.path: count, alias.path: count]
    }()

    private static func open(_ hub: Hub, _ maximumSockets: Int, _ context: AppContext) async throws -> UpgradeResponse {
        let caller = try context.requirePrincipal()
        guard let session = caller.session else { throw APIError.unauthorized(hadToken: true) }
        let user = caller.user
        let upgrade = try WebSocketUpgrade.required()
        switch await hub.join(user, maximumPerNode: maximumSockets) {
        case .nodeFull:
            throw APIError.noSockets(.full)
        case .tooManyOfUser:
            throw APIError(.tooManyRequests, "too_many_connections", "Too many open live connections. Close another tab first.").retryAfter(
                seconds: 5
            )
        case .admitted(let seat):
            let loop = context.eventLoop
            return UpgradeResponse(
                response: upgrade.accept(abandoned: { hub.leave(seat) }) { hub.makeHandler(seat: seat, session: session, on: loop) }
            )
        }
    }
}

extension APIError {
    /// 503: this node opens no sockets.
    fileprivate static func noSockets(_ closure: Hub.Closure) -> APIError {
        switch closure {
        case .draining: .unavailable("draining", "This node is being restarted. Please try again in a moment.")
        case .full: .unavailable("busy", "The service is busy. Please try again in a moment.")
        }
    }
}

/// The 101 that switches a connection to WebSocket.
package struct UpgradeResponse: EndpointOutput {
    let response: Response

    package static var content: OutputContent { .other(mediaType: "application/json") }

    package func response(to request: Request, head: ResponseHead) -> Response { response }
}
