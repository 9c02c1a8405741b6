import NIOCore

/// Stands before the parser and tells the gate of bytes that are not yet a request: a head that never ends would otherwise
/// go unnoticed until it is over.
final class HTTPInputWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private weak var gate: HTTPGate?

    init(gate: HTTPGate) {
        self.gate = gate
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let gate, gate.takesBytes(Self.unwrapInboundIn(data)) else { return }
        context.fireChannelRead(data)
    }
}
