import API
import NIOCore
import NIOPosix

/// An answer as it stood on the wire.
struct Answer: Sendable {
    let status: Int
    /// In the order of the wire, names in lower case.
    let headers: [(name: String, value: String)]
    let body: String

    /// The first field of a name.
    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    var json: JSONValue? { try? JSONParser().parse(Array(body.utf8)) }
    /// `code` of the error envelope.
    var code: String? { json?["code"]?.stringValue }
    var requestID: String? { self["x-request-id"] }
    /// The faults of a 422 as `field:code`.
    var faults: [String] {
        (json?["errors"]?.arrayValue ?? []).map { "\($0["field"]?.stringValue ?? ""):\($0["code"]?.stringValue ?? "")" }
    }

    /// - Returns: nil for text that is no whole response with `Content-Length` or the end of the connection behind it.
    init?(_ text: String) {
        guard let headEnd = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<headEnd.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
        self.status = status
        headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count == 2 ? parts[1].drop { $0 == " " }.description : "")
        }
        body = String(text[headEnd.upperBound...])
    }
}

extension StringProtocol {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
    }
}

/// A client that sends exactly the bytes it is told to.
struct Wire: Sendable {
    let port: Int

    /// Sends one request on a connection of its own.
    /// - Parameter headers: beside `Host` and `Connection`; a body adds `Content-Type` unless named here.
    func send(
        _ method: String,
        _ path: String,
        _ headers: [(String, String)] = [],
        body: String? = nil
    ) async throws -> Answer {
        var fields = [("Host", "localhost:\(port)"), ("Connection", "close")] + headers
        if let body {
            if !headers.contains(where: { $0.0.lowercased() == "content-type" }) { fields.append(("Content-Type", "application/json")) }
            fields.append(("Content-Length", String(body.utf8.count)))
        }
        let head = fields.reduce("\(method) \(path) HTTP/1.1\r\n") { $0 + "\($1.0): \($1.1)\r\n" } + "\r\n"
        let text = try await exchange([head + (body ?? "")])
        guard let answer = Answer(text) else { throw NotHTTP(text: text) }
        return answer
    }

    func get(_ path: String, _ headers: [(String, String)] = []) async throws -> Answer { try await send("GET", path, headers) }

    /// Posts an object of texts, as a signed-in user if there is a token.
    func post(_ path: String, _ members: [String: String], token: String? = nil) async throws -> Answer {
        var writer = JSONWriter()
        writer.value(.object(members.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) }))
        return try await send("POST", path, token.map { [("Authorization", "Bearer \($0)")] } ?? [], body: String(buffer: writer.buffer))
    }

    /// Sends parts as they are and returns everything the server says until it closes the connection.
    func exchange(_ parts: [String]) async throws -> String {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let closed = loop.makePromise(of: String.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Gatherer(closed)) }
                }
                .connect(host: "127.0.0.1", port: port).get()
        } catch {
            closed.fail(error)
            throw error
        }
        // A server that has closed may refuse the rest.
        for part in parts { channel.writeAndFlush(ByteBuffer(string: part), promise: nil) }
        return try await closed.futureResult.get()
    }

    struct NotHTTP: Error { let text: String }
}

/// Gathers what arrives until the connection ends.
private final class Gatherer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var received = ByteBuffer()
    private let closed: EventLoopPromise<String>

    init(_ closed: EventLoopPromise<String>) { self.closed = closed }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
    }

    func channelInactive(context: ChannelHandlerContext) { closed.succeed(String(buffer: received)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
