import Crypto
import Foundation
import HTTPTypes

/// The opening handshake (RFC 6455 §4) as rules on header fields.
enum WebSocketHandshake {
    /// Whether the request asks to become a WebSocket, rightly or wrongly.
    static func isRequested(by request: HTTPRequest) -> Bool {
        self.tokens(request.headerFields[values: .upgrade]).contains("websocket")
    }

    /// The client's key, if the request is a valid opening handshake.
    static func key(of request: HTTPRequest) throws(WebSocketUpgradeError) -> String {
        let fields = request.headerFields
        guard request.method == .get, self.isRequested(by: request) else { throw .notRequested }
        guard self.tokens(fields[values: .connection]).contains("upgrade") else { throw .notRequested }
        guard fields[values: .secWebSocketVersion] == ["13"] else { throw .unsupportedVersion }
        guard fields[.transferEncoding] == nil, fields[.contentLength] ?? "0" == "0" else { throw .unexpectedBody }
        let keys = fields[values: .secWebSocketKey]
        guard let key = keys.first, keys.count == 1, self.isKey(key) else { throw .invalidKey }
        return key
    }

    /// `Sec-WebSocket-Accept` for a key: base64(SHA-1(key + GUID)), RFC 6455 §4.2.2.
    static func accept(key: String) -> String {
        let digest = Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return Data(digest).base64EncodedString()
    }

    /// The comma-separated tokens of some fields, in lower case.
    static func tokens(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",") }.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    }

    /// A key is 16 bytes in base64.
    private static func isKey(_ key: String) -> Bool {
        key.utf8.count == 24 && Data(base64Encoded: key)?.count == 16
    }
}
