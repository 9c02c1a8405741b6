import NIOCore
import NIOPosix
import NIOSSL

/// Opens sockets for one connection, remembering what does not change between attempts.
struct SocketBootstrap {
    /// Largest single read: batches of stream entries and pipelined replies come in big pieces.
    private static let largestRead = 256 << 10

    private let endpoint: RedisConfiguration.Endpoint
    private let connectTimeout: TimeAmount
    private let tls: TLSConfiguration?
    private var context: NIOSSLContext?

    init(_ configuration: RedisConfiguration) {
        endpoint = configuration.endpoint
        connectTimeout = configuration.connectTimeout
        tls = configuration.tls
    }

    /// Opens a socket on the event loop; the initializer adds the handler behind TLS.
    mutating func connect(
        on eventLoop: any EventLoop,
        initializer: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        do {
            if let tls, context == nil { context = try NIOSSLContext(configuration: tls) }
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16 << 10, maximum: Self.largestRead)
            )
            .channelInitializer { [context, name = serverName] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                    }
                    try initializer(channel)
                }
            }
        switch endpoint {
        case .tcp(let host, let port):
            return
                bootstrap
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port)
        case .unix(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        }
    }

    /// Name the certificate must carry; a numeric address is checked against the socket's peer instead.
    private var serverName: String? {
        guard case .tcp(let host, _) = endpoint, (try? SocketAddress(ipAddress: host, port: 0)) == nil else { return nil }
        return host
    }
}
