import HTTPTypes
import Hummingbird
import NIOCore

/// The pages that show a table's description in a browser. Both are one file without any reference to another origin: script and style are
/// inline and permitted by a nonce of each answer (spec 01 §9).
public struct ReferencePage: Sendable {
    /// What the page offers.
    public enum Mode: String, Sendable {
        /// A form that sends requests beside every endpoint.
        case interactive = "docs"
        /// Reading only, everything unfolded.
        case readable = "redoc"
    }

    /// The page cut at the nonce's places.
    private let pieces: [ByteBuffer]

    /// The page in one of its modes.
    public init(_ mode: Mode) {
        let source = String(decoding: PackageResources.reference_html, as: UTF8.self).replacing("{{mode}}", with: mode.rawValue)
        pieces = source.split(separator: "{{nonce}}", omittingEmptySubsequences: false).map { ByteBuffer(substring: $0) }
    }

    /// The page for one answer.
    ///
    /// - Parameter nonce: at least 128 random bits in base64url, another one each time.
    public func response(nonce: String) -> RawResponse {
        var body = ByteBufferAllocator().buffer(capacity: pieces.reduce(0) { $0 + $1.readableBytes + nonce.utf8.count })
        for (index, piece) in pieces.enumerated() {
            if index > 0 { body.writeString(nonce) }
            body.writeImmutableBuffer(piece)
        }
        var headers = HTTPFields()
        headers[.contentSecurityPolicy] =
            "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; "
            + "base-uri 'none'; frame-ancestors 'none'"
        return RawResponse(body, contentType: "text/html; charset=utf-8", headers: headers)
    }

    /// 128 random bits in unpadded base64url.
    static func makeNonce(using random: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let bytes = (0..<22).map { _ in alphabet[Int(UInt8.random(in: 0..<64, using: &random))] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
