public import Hummingbird

/// Decides whether a request may proceed: rate limits and authentication, in whatever order the product demands.
///
/// The gate is asked before the body is validated, so that a caller without credentials learns nothing but 401.
public protocol RequestGate<Context>: Sendable {
    /// The product's request context.
    associatedtype Context: APIContext

    /// Lets the request pass by returning, refuses it by throwing an `APIError`. May note the caller in the context, which the handler receives,
    /// and put header fields into `context.responseHeaders`, which appear on every answer, also on refusals.
    ///
    /// - Parameters:
    ///   - route: nil for an unknown path or method, which is refused afterwards in any case.
    ///   - body: the parsed body, only for routes whose rate class reads its subject from it, and nil when it is no JSON object.
    func admit(_ request: Request, route: RouteDescription?, body: JSONObject?, context: inout Context) async throws
}

/// Lets everything pass.
public struct OpenGate<Context: APIContext>: RequestGate {
    /// A gate without lock.
    public init() {}

    /// Does nothing.
    public func admit(_ request: Request, route: RouteDescription?, body: JSONObject?, context: inout Context) async throws {}
}
