import NIOCore
import NIOPosix
import NIOSSL
import Platform

/// A mail server spoken to by SMTP: one connection a mail, encrypted unless the operator says otherwise.
struct SMTPTransport: MailTransport {
    /// Where the server is and how it is spoken to.
    struct Configuration: Sendable {
        var host: String
        var port: Int
        var encryption: SMTPMachine.Encryption
        var login: SMTPMachine.Login?
        /// The domain named in EHLO.
        var clientName: String
        /// Whom the server's certificate may come from.
        var trustRoots = NIOSSLTrustRoots.default
        /// Longest wait for the connection.
        var connectTimeout = TimeAmount.seconds(10)
        /// Longest conversation, connection included.
        var timeout = TimeAmount.seconds(45)

        /// Port 465 is encrypted from the first byte (RFC 8314 §3.3).
        init(_ settings: MailSettings, clientName: String) {
            host = settings.smtpHost
            port = settings.smtpPort
            encryption = !settings.smtpUsesTLS ? .none : settings.smtpPort == 465 ? .implicit : .startTLS
            login = settings.smtpUsername.map { SMTPMachine.Login(name: $0, password: settings.smtpPassword ?? Secret("")) }
            self.clientName = clientName
        }
    }

    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let tls: NIOSSLContext

    init(_ configuration: Configuration, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) throws {
        self.configuration = configuration
        self.group = group
        var client = TLSConfiguration.makeClientConfiguration()
        client.trustRoots = configuration.trustRoots
        client.minimumTLSVersion = .tlsv12
        tls = try NIOSSLContext(configuration: client)
    }

    func send(_ message: MailMessage) async throws(MailFailure) {
        let machine = SMTPMachine(
            message: message,
            encryption: configuration.encryption,
            login: configuration.login,
            clientName: configuration.clientName
        )
        let loop = group.next()
        let result = loop.makePromise(of: Void.self)
        let deadline = loop.scheduleTask(in: configuration.timeout) { result.fail(MailFailure.unavailable(.timeout)) }
        defer { deadline.cancel() }
        let makeTLS: @Sendable () throws -> NIOSSLClientHandler = { [tls, host = configuration.host] in
            try NIOSSLClientHandler(context: tls, serverHostname: Self.isAddress(host) ? nil : host)
        }
        let implicit = configuration.encryption == .implicit
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(configuration.connectTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if implicit { try channel.pipeline.syncOperations.addHandler(try makeTLS()) }
                    try channel.pipeline.syncOperations.addHandler(SMTPHandler(machine: machine, result: result, makeTLS: makeTLS))
                }
            }
            .connect(host: configuration.host, port: configuration.port)
        connecting.whenFailure { _ in result.fail(MailFailure.unavailable(.connection)) }
        do {
            try await withTaskCancellationHandler {
                try await result.futureResult.get()
            } onCancel: {
                result.fail(MailFailure.unavailable(.connection))
            }
        } catch {
            connecting.whenSuccess { $0.close(promise: nil) }
            throw error as? MailFailure ?? .unavailable(.connection)
        }
    }

    private static func isAddress(_ host: String) -> Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }
}
