package import API
package import GameRules
package import HTTPTypes
package import Hummingbird
import NIOCore
import Synchronization

/// What travels with a request (spec 01 §4).
package struct AppContext: APIContext {
    package var coreContext: CoreRequestContextStorage
    /// Joins the response, its log lines and audit rows.
    package var requestID = ""
    package var responseHeaders = HTTPFields()
    /// When the request arrived, by the service's clock.
    package var now = Instant.unixEpoch
    /// The caller, once authenticated.
    package var principal: Principal?
    /// What Redis answered to the operation's ``Foresight``; empty when it was not asked or did not answer.
    package var foreseen: ForeseenReplies = []
    /// Who is calling, proxies resolved; set for every request that is limited.
    package var client: ClientAddress?
    /// What the caller's program calls itself, cut to 512 characters.
    package var userAgent: String?
    /// The TCP peer; nil for a Unix socket.
    package let peer: SocketAddress?
    /// The loop of the connection.
    package let eventLoop: any EventLoop
    /// What the access log learns of the request while it is handled further in.
    let facts: RequestFacts

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress
        eventLoop = source.channel.eventLoop
        facts = RequestFacts()
    }

    /// Where the request came from, for audit rows and sessions.
    package var origin: AuditOrigin { AuditOrigin(address: client?.full, userAgent: userAgent, requestID: requestID) }

    /// Tells the access log what the request was refused with.
    package func note(_ error: APIError) { facts.note(errorCode: error.code) }

    /// The caller of a route that demands one.
    /// - Throws: 401; never on a route whose auth rule the gate enforces.
    package func requirePrincipal() throws -> Principal {
        guard let principal else { throw APIError.unauthorized() }
        return principal
    }
}

/// Things known only deep inside the pipeline that the access log tells at its edge.
final class RequestFacts: Sendable {
    private struct State {
        var user: UserID?
        var client: ClientAddress?
        var errorCode: String?
    }

    private let state = Mutex(State())

    func note(user: UserID) { state.withLock { $0.user = user } }
    func note(client: ClientAddress) { state.withLock { $0.client = client } }
    func note(errorCode: String) { state.withLock { $0.errorCode = errorCode } }

    var user: UserID? { state.withLock { $0.user } }
    var client: ClientAddress? { state.withLock { $0.client } }
    var errorCode: String? { state.withLock { $0.errorCode } }
}
