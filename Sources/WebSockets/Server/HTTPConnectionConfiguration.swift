public import NIOCore

/// Limits and times of a server's HTTP connections. Size limits cost the same whether used or not.
public struct HTTPConnectionConfiguration: Sendable {
    /// Longest request line, in bytes: 414 above.
    public var maxRequestLineBytes = 8 * 1024
    /// All header fields as they stand on the wire, in bytes: 431 above.
    public var maxHeaderBytes = 16 * 1024
    /// Number of header fields: 431 above.
    public var maxHeaderCount = 100
    /// Time from the first byte of a request, or from the start of the connection, to the end of its head: 408 after it.
    public var headTimeout = TimeAmount.seconds(10)
    /// A connection on which nothing is received while no response is due is closed after this time; nil never.
    public var idleTimeout: TimeAmount? = .seconds(60)
    /// How long a rejected client may take to read its answer and hang up.
    public var lingerTimeout = TimeAmount.seconds(2)
    /// The body of each rejection, for example JSON in the application's error format. Default: none.
    public var rejectionContent: @Sendable (HTTPRejection) -> HTTPRejection.Content = { _ in HTTPRejection.Content() }
    /// More handlers for ordinary requests, between the HTTP codec and the router.
    public var additionalChannelHandlers: @Sendable () -> [any RemovableChannelHandler] = { [] }

    /// The defaults.
    public init() {}
}
