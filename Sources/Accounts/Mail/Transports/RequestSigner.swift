import Crypto
import Foundation
import GameRules
import Platform

/// Signature version 4 of Amazon's interfaces: an HMAC chain over a canonical form of the request.
struct RequestSigner: Sendable {
    private static let algorithm = "AWS4-HMAC-SHA256"

    let accessKey: Secret
    let secretKey: Secret
    let region: String
    let service: String

    /// The header fields of a signed request: those given, with date and authorisation.
    /// - Parameters:
    ///   - path: absolute, already in its percent-encoded form; there is no query.
    ///   - headers: names in lower case; `host` must be among them.
    func headers(method: String, path: String, headers: [(String, String)], body: [UInt8], at now: Instant) -> [(String, String)] {
        let time = Self.compact(now)
        let day = String(time.prefix(8))
        let dated = (headers + [("x-amz-date", time)]).sorted { $0.0 < $1.0 }
        let names = dated.map(\.0).joined(separator: ";")
        let canonical = [
            method, path, "", dated.map { "\($0.0):\(Self.trimmed($0.1))\n" }.joined(), names, Hex.encode(SHA256.hash(data: Data(body))),
        ].joined(separator: "\n")
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = [Self.algorithm, time, scope, Hex.encode(SHA256.hash(data: Data(canonical.utf8)))].joined(separator: "\n")
        let key = [day, region, service, "aws4_request"].reduce(SymmetricKey(data: Data("AWS4\(secretKey.revealed)".utf8))) { key, part in
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        let signature = Hex.encode(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
        let authorization = "\(Self.algorithm) Credential=\(accessKey.revealed)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return dated + [("authorization", authorization)]
    }

    /// `20150830T123600Z`
    private static func compact(_ instant: Instant) -> String {
        instant.rfc3339.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    private static func trimmed(_ value: String) -> String { value.split(separator: " ").joined(separator: " ") }
}
