import HTTPTypes
public import Hummingbird

/// Serves a route table: finds the route, asks the gate, reads and validates the input, calls the handler, and turns every error into the
/// envelope.
///
/// The order is: size and type of the body as far as the head tells, route, gate, body, validation, handler (spec 01 §4). HEAD is answered
/// like GET without body, OPTIONS with the methods that exist; unknown paths and methods are refused only after the gate has counted them.
public struct RouteResponder<Context: APIContext>: HTTPResponder {
    /// Turns an error that is no `APIError` into one; the place to log it.
    public typealias ErrorMapper = @Sendable (any Error, Request, Context) -> APIError
    /// Says whether the handler of a retryable route is called again after an error, and waits before it says so. The first call is
    /// attempt 1.
    public typealias RetryRule = @Sendable (_ error: any Error, _ attempt: Int) async -> Bool

    private struct Methods: Sendable {
        var routes: [(method: HTTPRequest.Method, route: RouteTable<Context>.Route)] = []
        var allow = ""
        var path = ""

        func route(for method: HTTPRequest.Method) -> RouteTable<Context>.Route? {
            let wanted: HTTPRequest.Method = method == .head ? .get : method
            for entry in routes where entry.method == wanted { return entry.route }
            return nil
        }
    }

    private let paths: PathTable<Methods>
    private let gate: any RequestGate<Context>
    private let shouldRetry: RetryRule
    private let mapError: ErrorMapper

    /// A responder for a sound table; throws `RouteTableError` for any other.
    public init(
        _ table: RouteTable<Context>,
        gate: some RequestGate<Context>,
        mapError: @escaping ErrorMapper = { _, _, _ in .internalError },
        shouldRetry: @escaping RetryRule = { _, _ in false }
    )
        throws
    {
        let problems = table.problems
        guard problems.isEmpty else { throw RouteTableError(problems: problems) }
        var paths = PathTable<Methods>()
        for route in table.routes {
            guard let template = PathTemplate(route.description.path) else { continue }
            paths.update(template) { methods in
                var changed = methods ?? Methods()
                changed.routes.append((route.description.method, route))
                changed.allow = RouteResponder.allow(changed.routes.map(\.method))
                changed.path = route.description.path
                methods = changed
            }
        }
        self.paths = paths
        self.gate = gate
        self.shouldRetry = shouldRetry
        self.mapError = mapError
    }

    /// Answers a request. Never throws: every error becomes an answer.
    public func respond(to request: Request, context: Context) async -> Response {
        var context = context
        var response: Response
        do {
            response = try await answer(request, &context)
        } catch {
            let apiError = (error as? APIError) ?? mapError(error, request, context)
            context.note(apiError)
            response = apiError.response(requestID: context.requestID)
        }
        if !context.responseHeaders.isEmpty { response.headers.set(context.responseHeaders) }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ context: inout Context) async throws -> Response {
        let match = paths.match(request.uri.path)
        context.coreContext.endpointPath.value = match?.value.path ?? "NotFound"
        let found = match?.value.route(for: request.method)
        let body = IncomingBody(request, limit: found?.description.maximumBodyBytes ?? 65_536)
        try body.checkHead()

        guard let match, let route = found else {
            try await gate.admit(request, route: nil, body: nil, context: &context)
            guard let methods = match?.value else { throw APIError.notFound() }
            guard request.method == .options else { throw APIError.methodNotAllowed(allow: methods.allow) }
            return EmptyObject().response(
                to: request,
                head: ResponseHead(headers: [.allow: methods.allow, .contentType: ResponseHeaders.jsonContentType])
            )
        }

        let description = route.description
        var object: Result<JSONObject, APIError>?
        if description.rate.readsBodySubject { object = try await body.read(for: description) }
        try await gate.admit(request, route: description, body: try? object?.get(), context: &context)
        if object == nil { object = try await body.read(for: description) }

        let fields = RequestFields(
            parameters: PathParameters(names: route.parameterNames, values: match.parameters),
            query: QueryParameters(request.uri.query),
            headers: request.headers,
            body: try object?.get() ?? JSONObject()
        )
        return try await handle(route, request, fields, context)
    }

    private func handle(
        _ route: RouteTable<Context>.Route,
        _ request: Request,
        _ fields: RequestFields,
        _ context: Context
    ) async throws -> Response {
        guard route.description.isRetryable else { return try await route.handle(request, fields, context) }
        var attempt = 1
        while true {
            do {
                return try await route.handle(request, fields, context)
            } catch {
                guard await shouldRetry(error, attempt) else { throw error }
                attempt += 1
            }
        }
    }

    /// The value of `Allow`: the methods in a fixed order, HEAD with GET, and OPTIONS.
    private static func allow(_ methods: [HTTPRequest.Method]) -> String {
        let order: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
        let others = methods.filter { !order.contains($0) }
        let names = (order.filter(methods.contains) + others).flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }
        return (names + ["OPTIONS"]).joined(separator: ", ")
    }
}

/// Puts a route table behind the middleware of a Hummingbird router:
///
///     router.add(middleware: RouteMiddleware(responder))
///
/// Add it last. Routes that were added to the router before are served by the router; everything else belongs to the table, also unknown
/// paths, because Hummingbird runs middleware for them as well.
public struct RouteMiddleware<Context: APIContext>: RouterMiddleware {
    private let responder: RouteResponder<Context>

    /// The last middleware of a router.
    public init(_ responder: RouteResponder<Context>) { self.responder = responder }

    /// Answers the request; whatever follows is never asked.
    public func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        await responder.respond(to: request, context: context)
    }
}
