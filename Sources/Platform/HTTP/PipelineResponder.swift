package import API
package import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// Everything around the route table, outermost first: request id, access log and metrics, failure barrier, security headers, CORS
/// (spec 01 §4 stages 1–5). Limits, routing, the gate and validation are the table's.
package struct PipelineResponder: HTTPResponder {
    package typealias Context = AppContext
    /// Told what a request was answered with, and the code of the error if it was refused.
    package typealias Observer = @Sendable (_ status: HTTPResponse.Status, _ errorCode: String?) -> Void

    private let observers: [String: Observer]
    private let routes: RouteResponder<AppContext>
    private let cors: CORSPolicy
    private let deadlines: RequestDeadlines
    private let clock: Clock
    let random: RandomSource
    let accessLog: AccessLog
    let isProduction: Bool

    static let requestID = SecurityHeaders.name("X-Request-Id")

    /// - Parameter observers: by path template.
    package init(
        routes: RouteResponder<AppContext>,
        cors: CORSPolicy,
        deadlines: RequestDeadlines,
        runtime: Runtime,
        observers: [String: Observer] = [:]
    ) {
        self.observers = observers
        self.routes = routes
        self.cors = cors
        self.deadlines = deadlines
        clock = runtime.clock
        random = runtime.random
        accessLog = AccessLog(logger: runtime.logger)
        isProduction = runtime.settings.environment == .production
    }

    package func respond(to request: Request, context: AppContext) async -> Response {
        let started = NIODeadline.now()
        var context = context
        context.now = clock.now()
        context.requestID = RequestID.choose(request.headers[values: Self.requestID].first, random: random)
        context.userAgent = request.headers[.userAgent].map { String($0.prefix(512)) }
        accessLog.began()

        var response: Response
        let origin = request.headers[.origin]
        if CORSPolicy.isPreflight(request.head) {
            response = preflight(origin ?? "")
        } else {
            response = await deadlines.respond { [context] in await routes.respond(to: request, context: context) }
            cors.add(to: &response.headers, origin: origin)
        }
        response.headers.append(HTTPField(name: Self.requestID, value: context.requestID))
        SecurityHeaders.add(to: &response.headers, isProduction: isProduction)
        accessLog.ended(request, response, context, after: NIODeadline.now() - started)
        if let path = context.endpointPath { observers[path]?(response.status, context.facts.errorCode) }
        return response
    }

    private func preflight(_ origin: String) -> Response {
        var headers = cors.preflightHeaders(for: origin)
        headers[.contentType] = "application/json; charset=utf-8"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: "{}")))
    }
}
