import API
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A stand-in for the programs that know the chain, on a socket of its own: it answers as Bitcoin Core's JSON-RPC does and as Esplora does,
/// and misbehaves on demand.
final class ChainServer: Sendable {
    struct Block: Sendable, Equatable {
        let height: Int64
        let hash: String
        let previous: String?
        let seconds: Int64
        let difficulty: Double
    }

    /// What is wrong with it.
    enum Fault: Sendable {
        /// Takes requests and never answers.
        case silent
        /// Begins an answer that never ends.
        case dripping
        /// Answers with a megabyte.
        case huge
        /// Answers with this text and status 200.
        case text(String)
        /// Answers with this status and no JSON.
        case status(Int)
        /// Breaks the connection off.
        case hangsUp
        /// Points to another address.
        case redirect(String)
    }

    /// What is not true of the blocks it tells.
    enum Lie: Sendable, CaseIterable {
        /// Another block than was asked for.
        case hash
        /// A block that stands one higher than it does.
        case height
        /// A block that follows none.
        case orphan
    }

    struct State: Sendable {
        /// The best chain.
        var chain: [Block] = []
        var fault: Fault?
        var lie: Lie?
        /// Time it takes over every answer.
        var delay: Duration = .zero
        var name = "main"
        var isDownloading = false
        /// Expected `Authorization`; nil accepts all.
        var authorization: String?
        /// The JSON-RPC error to answer with.
        var errorCode: Int64?
        /// Core 28 and later answer errors of version 2.0 with status 200.
        var answersErrorsWith200 = false
        /// Methods and paths asked for.
        var calls: [String] = []

        /// What it says of a block.
        func block(_ hash: String) -> Block? {
            guard let block = chain.first(where: { $0.hash == hash }) else { return nil }
            return Block(
                height: lie == .height ? block.height + 1 : block.height,
                hash: lie == .hash ? ChainServer.hash(block.height, "f") : block.hash,
                previous: lie == .orphan ? nil : block.previous,
                seconds: block.seconds,
                difficulty: block.difficulty
            )
        }
    }

    private let state = Mutex(State())
    private let stored = Mutex<(any Channel)?>(nil)
    private let connections = Mutex<[any Channel]>([])

    var port: Int { stored.withLock { $0?.localAddress?.port ?? 0 } }
    var url: String { "http://127.0.0.1:\(port)" }
    var calls: [String] { state.withLock { $0.calls } }
    fileprivate var delay: TimeAmount { TimeAmount(state.withLock { $0.delay }) }

    func set(_ change: @Sendable (inout State) -> Void) { state.withLock { change(&$0) } }

    /// Runs a server during a test.
    static func run<Value>(_ body: (ChainServer) async throws -> Value) async throws -> Value {
        let server = ChainServer()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                server.connections.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ChainHandler(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.stored.withLock { $0 = channel }
        do {
            let value = try await body(server)
            try? await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// Stops listening and breaks all connections off, as a node that is gone.
    func stop() async {
        try? await stored.withLock { $0 }?.close()
        for connection in connections.withLock({ $0 }) { try? await connection.close() }
    }

    // MARK: Chain

    /// A hash that tells height and branch.
    static func hash(_ height: Int64, _ branch: Character = "a") -> String {
        let digits = String(height)
        return String(repeating: "0", count: 20) + String(branch) + String(repeating: "0", count: 43 - digits.count) + digits
    }

    /// Makes the best chain of these heights, ten minutes apart, ending at an instant.
    func mine(_ heights: ClosedRange<Int64>, until seconds: Int64, difficulty: Double = 1e14, branch: Character = "a", forkAt: Int64 = 0) {
        func letter(_ height: Int64) -> Character { height >= forkAt ? branch : "a" }
        let blocks = heights.map { height in
            Block(
                height: height,
                hash: Self.hash(height, letter(height)),
                previous: height == 0 ? nil : Self.hash(height - 1, letter(height - 1)),
                seconds: seconds - 600 * (heights.upperBound - height),
                difficulty: difficulty
            )
        }
        set { $0.chain = blocks }
    }

    fileprivate func answer(_ head: HTTPRequestHead, _ body: ByteBuffer) -> (fault: Fault?, status: Int, text: String) {
        state.withLock { state in
            if head.method == .POST { return Core(state: state).answer(head, body, calls: &state.calls) }
            state.calls.append(head.uri)
            if let fault = state.fault { return (fault, 0, "") }
            let (status, text) = Esplora(state: state).answer(head.uri)
            return (nil, status, text)
        }
    }
}

/// JSON-RPC as Core 22 to 29 answer it.
private struct Core {
    let state: ChainServer.State

    func answer(_ head: HTTPRequestHead, _ body: ByteBuffer, calls: inout [String]) -> (ChainServer.Fault?, Int, String) {
        let request = (try? JSONParser().parse(body.readableBytesView)) ?? .null
        let method = request["method"]?.stringValue ?? "-"
        calls.append(method)
        if let fault = state.fault { return (fault, 0, "") }
        if let wanted = state.authorization, head.headers.first(name: "authorization") != wanted { return (nil, 401, "") }
        if let code = state.errorCode { return error(code) }
        switch (method, request["params"]?[0]) {
        case ("getblockchaininfo", nil): return result(info)
        case ("getblockhash", .integer(let height)):
            guard let block = state.chain.first(where: { $0.height == height }) else { return error(-8) }
            return result(.string(block.hash))
        case ("getblockheader", .string(let hash)):
            guard let block = state.block(hash) else { return error(-5) }
            return result(header(block))
        default: return (nil, 404, #"{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":"tbg"}"#)
        }
    }

    private var info: JSONValue {
        let tip = state.chain.last
        return [
            "chain": .string(state.name), "blocks": .integer(tip?.height ?? 0), "headers": .integer(tip?.height ?? 0),
            "bestblockhash": .string(tip?.hash ?? ""), "difficulty": .number(tip?.difficulty ?? 1),
            "initialblockdownload": .bool(state.isDownloading), "verificationprogress": 0.99999, "pruned": false, "warnings": "",
        ]
    }

    private func header(_ block: ChainServer.Block) -> JSONValue {
        var object: JSONObject = [
            "hash": .string(block.hash), "confirmations": 1, "height": .integer(block.height), "version": 0x2000_0000,
            "time": .integer(block.seconds), "mediantime": .integer(block.seconds - 3600), "nonce": 1, "bits": "17025ced",
            "difficulty": .number(block.difficulty), "nTx": 1,
        ]
        if let previous = block.previous { object["previousblockhash"] = .string(previous) }
        return .object(object)
    }

    private func result(_ value: JSONValue) -> (ChainServer.Fault?, Int, String) { (nil, 200, reply(value, .null)) }

    private func error(_ code: Int64) -> (ChainServer.Fault?, Int, String) {
        (nil, state.answersErrorsWith200 ? 200 : 500, reply(.null, ["code": .integer(code), "message": "no"]))
    }

    private func reply(_ result: JSONValue, _ error: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(["result": result, "error": error, "id": "tbg"])
        return String(buffer: writer.buffer)
    }
}

/// Esplora's three paths.
private struct Esplora {
    let state: ChainServer.State

    func answer(_ path: String) -> (Int, String) {
        if path == "/blocks/tip/height" { return (200, String(state.chain.last?.height ?? 0)) }
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        if path.hasPrefix("/block-height/") {
            return state.chain.first { String($0.height) == last }.map { (200, $0.hash) } ?? (404, "Block not found")
        }
        guard path.hasPrefix("/block/"), let block = state.block(last) else { return (404, "Block not found") }
        var writer = JSONWriter()
        writer.value([
            "id": .string(block.hash), "height": .integer(block.height), "timestamp": .integer(block.seconds), "tx_count": 1,
            "previousblockhash": block.previous.map { .string($0) } ?? .null, "mediantime": .integer(block.seconds - 3600),
            "difficulty": .number(block.difficulty),
        ])
        return (200, String(buffer: writer.buffer))
    }
}

private final class ChainHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: ChainServer
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(_ server: ChainServer) {
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, ByteBuffer())
        case .body(var part): body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            let (fault, status, text) = server.answer(head, body)
            let context = NIOLoopBound(context, eventLoop: context.eventLoop)
            let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
            _ = context.value.eventLoop.scheduleTask(in: server.delay) {
                handler.value.perform(fault, status, text, head, context.value)
            }
        }
    }

    private func perform(
        _ fault: ChainServer.Fault?,
        _ status: Int,
        _ text: String,
        _ head: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        switch fault {
        case .silent: return
        case .hangsUp: context.close(promise: nil)
        case .dripping:
            write(.head(HTTPResponseHead(version: head.version, status: .ok, headers: ["content-length": "100"])), context)
            write(.body(.byteBuffer(ByteBuffer(string: "{"))), context)
        case .huge: send(200, String(repeating: "x", count: 1_048_576), head, context)
        case .text(let text): send(200, text, head, context)
        case .status(let status): send(status, "Internal Server Error", head, context)
        case .redirect(let url): send(307, "", head, context, ["location": url])
        case nil: send(status, text, head, context)
        }
    }

    private func send(
        _ status: Int,
        _ text: String,
        _ head: HTTPRequestHead,
        _ context: ChannelHandlerContext,
        _ more: HTTPHeaders = [:]
    ) {
        var headers: HTTPHeaders = ["content-length": String(text.utf8.count), "content-type": "application/json"]
        headers.add(contentsOf: more)
        write(.head(HTTPResponseHead(version: head.version, status: HTTPResponseStatus(statusCode: status), headers: headers)), context)
        write(.body(.byteBuffer(ByteBuffer(string: text))), context)
        write(.end(nil), context)
    }

    private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(part), promise: nil)
    }
}
