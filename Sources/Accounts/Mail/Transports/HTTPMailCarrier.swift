import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A request to a carrier that is spoken to over HTTP, and what its status means.
struct HTTPMailCarrier: Sendable {
    private static let timeout = TimeAmount.seconds(30)
    private static let largestAnswer = 65_536

    private let client: HTTPClient

    init(client: HTTPClient = .shared) {
        self.client = client
    }

    /// Posts JSON.
    func post(_ body: [UInt8], to url: String, headers: [(String, String)]) async throws(MailFailure) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        request.body = .bytes(ByteBuffer(bytes: body))
        let status: UInt
        do {
            let response = try await client.execute(request, timeout: Self.timeout)
            status = response.status.code
            // Read to the end, so that the connection can be used again; the text may quote the mail and is kept nowhere.
            _ = try? await response.body.collect(upTo: Self.largestAnswer)
        } catch {
            throw .unavailable(.connection)
        }
        switch status {
        case 200..<300: return
        case 400, 413, 422: throw .rejected(code: String(status))
        case 401, 403: throw .unavailable(.authentication)
        default: throw .unavailable(.refused(code: String(status)))
        }
    }
}
