import NIOCore
import NIOHTTP1

/// The HTTP/1 handlers in front of a gate. Touched only on the connection's event loop.
final class HTTPConnectionCodec {
    private let pipeline: ChannelPipeline.SynchronousOperations
    private let limits: NIOHTTPDecoderLimitConfiguration
    private let watch: HTTPInputWatch
    private let encoder = HTTPResponseEncoder()
    private var parser: ByteToMessageHandler<HTTPRequestDecoder>

    /// Adds the handlers and the gate to an empty pipeline.
    init(connection: any Channel, gate: HTTPGate, configuration: HTTPConnectionConfiguration) throws {
        self.pipeline = connection.pipeline.syncOperations
        self.limits = NIOHTTPDecoderLimitConfiguration(configuration)
        self.watch = HTTPInputWatch(gate: gate)
        self.parser = Self.parser(self.limits)
        try self.pipeline.addHandlers([self.watch, self.encoder, self.parser, gate])
    }

    /// After an upgrade that was refused: a parser that stopped cannot go on, so a new one takes over what it had not read.
    ///
    /// - Parameter completion: Called, later, when it has.
    func restartParser(eventLoop: any EventLoop, completion: @escaping () -> Void) {
        let fresh = Self.parser(self.limits)
        guard (try? self.pipeline.addHandler(fresh, position: .after(self.parser))) != nil else { return }
        let removed = eventLoop.makePromise(of: Void.self)
        removed.futureResult.assumeIsolated().whenComplete { _ in completion() }
        self.pipeline.removeHandler(self.parser, promise: removed)
        self.parser = fresh
    }

    /// After an upgrade: what is written from now on goes out as it is.
    func stopEncoding() {
        self.pipeline.removeHandler(self.encoder, promise: nil)
    }

    /// After an upgrade: what the parser had not read goes to the next handler.
    func stopParsing() {
        self.pipeline.removeHandler(self.watch, promise: nil)
        self.pipeline.removeHandler(self.parser, promise: nil)
    }

    private static func parser(_ limits: NIOHTTPDecoderLimitConfiguration) -> ByteToMessageHandler<HTTPRequestDecoder> {
        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
    }
}
