import Foundation
import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A client's opening handshake (RFC 6455 §4.1).
struct ClientHandshake: Sendable {
    let request: HTTPRequestHead
    private let key: String

    init(url: WebSocketURL, headers: HTTPFields) {
        let bytes = (0..<16).map { _ in UInt8.random(in: 0 ... .max) }
        self.key = Data(bytes).base64EncodedString()
        var fields: HTTPHeaders = [
            "Host": url.authority, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": self.key,
        ]
        for field in headers { fields.remove(name: field.name.rawName) }
        for field in headers { fields.add(name: field.name.rawName, value: field.value) }
        self.request = HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target, headers: fields)
    }

    /// Whether a 101 answers this handshake and no other, and agrees to nothing that was not offered.
    func accepts(_ response: HTTPResponseHead) -> Bool {
        response.headers["upgrade"].map { $0.lowercased() } == ["websocket"]
            && response.headers["sec-websocket-accept"] == [WebSocketHandshake.accept(key: self.key)]
            && !response.headers.contains(name: "sec-websocket-extensions")
    }
}
