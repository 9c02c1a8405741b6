import NIOCore
import NIOSSL

/// Performs what an ``SMTPMachine`` says on a connection.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var machine: SMTPMachine
    private var parser = SMTPReplyParser()
    private let result: EventLoopPromise<Void>
    private let makeTLS: () throws -> NIOSSLClientHandler

    init(machine: SMTPMachine, result: EventLoopPromise<Void>, makeTLS: @escaping () throws -> NIOSSLClientHandler) {
        self.machine = machine
        self.result = result
        self.makeTLS = makeTLS
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.feed(unwrapInboundIn(data).readableBytesView)
        do {
            while let reply = try parser.next() {
                guard let action = machine.receive(reply, hasMore: !parser.isEmpty) else { return }
                perform(action, context)
            }
        } catch {
            _ = machine.close()
            end(.failure(.unavailable(error)), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let failure = machine.close() { result.fail(failure) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if machine.close() != nil {
            result.fail(MailFailure.unavailable(error is NIOSSLError || error is NIOSSLExtraError ? .encryption : .connection))
        }
        context.close(promise: nil)
    }

    private func perform(_ action: SMTPMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .send(let bytes):
            write(bytes, context)
        case .startTLS(let bytes):
            do {
                try context.pipeline.syncOperations.addHandler(try makeTLS(), position: .first)
                write(bytes, context)
            } catch {
                _ = machine.close()
                end(.failure(.unavailable(.encryption)), context)
            }
        case .finish(let goodbye):
            write(goodbye, context)
            end(.success(()), context)
        case .fail(let failure, let goodbye):
            write(goodbye, context)
            end(.failure(failure), context)
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func end(_ outcome: Result<Void, MailFailure>, _ context: ChannelHandlerContext) {
        switch outcome {
        case .success: result.succeed()
        case .failure(let failure): result.fail(failure)
        }
        context.close(promise: nil)
    }
}
