import NIOCore

/// A client whose events are awaited one after another.
public struct WebSocketClientSession: Sendable {
    /// The client, to send with.
    public let client: WebSocketClient
    /// Everything the server sends, control frames included, until the connection ends. For one consumer.
    public let events: AsyncStream<WebSocketEvent>

    /// The next event; nil when the connection has ended.
    public func next() async -> WebSocketEvent? {
        var iterator = self.events.makeAsyncIterator()
        return await iterator.next()
    }

    /// The next text message, past everything else; nil when the connection has ended.
    public func nextText() async -> String? {
        while let event = await self.next() {
            if case .text(let message) = event { return String(buffer: message) }
        }
        return nil
    }

    /// The code of the close frame the server sends, past everything else; ``WebSocketCloseCode/abnormal`` if it sends none.
    public func closeCode() async -> WebSocketCloseCode {
        while let event = await self.next() {
            if case .close(let code, _) = event { return code }
        }
        return .abnormal
    }
}
