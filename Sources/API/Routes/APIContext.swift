public import HTTPTypes
public import Hummingbird

/// What the route table needs to know about a request, beyond what Hummingbird knows.
public protocol APIContext: RequestContext {
    /// The identifier of the request, which error answers repeat.
    var requestID: String { get }

    /// Header fields the gate wants on the answer, whatever becomes of the request.
    var responseHeaders: HTTPFields { get set }

    /// Told of the error a request is answered with, for the access log.
    func note(_ error: APIError)
}

extension APIContext {
    /// Does nothing.
    public func note(_ error: APIError) {}
}
