public import HTTPTypes
public import HummingbirdCore
import NIOCore
import Synchronization

/// A request's chance to become a WebSocket.
///
/// An upgrade request runs through the router like any other, once, with all middleware. Its route refuses it with an
/// ordinary response, or accepts it:
///
///     router.get("/ws") { request, context -> Response in
///         let upgrade = try WebSocketUpgrade.required()      // 426 unless it is a valid upgrade request
///         let user = try await authenticate(request)         // 401 …
///         return upgrade.accept { Session(user) }
///     }
///
/// The switch happens when the 101 response has passed all middleware and reaches the connection.
public final class WebSocketUpgrade: Sendable {
    /// The upgrade asked for by the request this task handles; nil for ordinary requests.
    @TaskLocal public static var current: WebSocketUpgrade?

    private enum State {
        case undecided
        case accepted(Acceptance)
        /// Switched, or impossible since another response was written or the client left.
        case settled
    }

    /// What the route decided.
    struct Acceptance: Sendable {
        let makeHandler: @Sendable () -> any WebSocketHandler
        let abandoned: @Sendable () -> Void
    }

    private let handshake: Result<String, WebSocketUpgradeError>
    private let state = Mutex(State.undecided)

    init(_ request: HTTPRequest) {
        do {
            self.handshake = .success(try WebSocketHandshake.key(of: request))
        } catch {
            self.handshake = .failure(error)
        }
    }

    /// The upgrade the current request asks for, with a valid handshake.
    public static func required() throws(WebSocketUpgradeError) -> WebSocketUpgrade {
        guard let upgrade = self.current else { throw .notRequested }
        _ = try upgrade.handshake.get()
        return upgrade
    }

    /// Accepts: return the response from the route, unchanged in status.
    ///
    /// - Parameters:
    ///   - headers: Fields to add to the 101 response.
    ///   - abandoned: Called once, on any thread, if the socket never opens after all (the client left, or middleware put another
    ///     response in place of this one). Exactly one of this and ``WebSocketHandler/opened(_:)`` is called.
    ///   - makeHandler: Makes the socket's handler, on the socket's event loop; the handler need not be `Sendable`.
    /// - Returns: 101, or the handshake's error response if it was not valid.
    public func accept(
        headers: HTTPFields = [:],
        abandoned: @escaping @Sendable () -> Void = {},
        handler makeHandler: @escaping @Sendable () -> any WebSocketHandler
    ) -> Response {
        let accepted = self.state.withLock { state in
            guard case .undecided = state, case .success = self.handshake else { return false }
            state = .accepted(Acceptance(makeHandler: makeHandler, abandoned: abandoned))
            return true
        }
        guard accepted else {
            abandoned()
            guard case .failure(let error) = self.handshake else { return Response(status: .internalServerError) }
            return Response(status: error.status, headers: error.headers)
        }
        return Response(status: .switchingProtocols, headers: headers)
    }

    /// The fields every 101 carries.
    var responseFields: HTTPFields {
        guard case .success(let key) = self.handshake else { return [:] }
        return [.upgrade: "websocket", .connection: "upgrade", .secWebSocketAccept: WebSocketHandshake.accept(key: key)]
    }

    /// Takes the acceptance, if there is one, to open the socket.
    func claim() -> Acceptance? {
        self.state.withLock { state in
            defer { state = .settled }
            guard case .accepted(let acceptance) = state else { return nil }
            return acceptance
        }
    }

    /// No socket will come of it.
    func abandon() {
        self.claim()?.abandoned()
    }
}
