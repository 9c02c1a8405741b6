package import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a chain source over HTTP, within bounds of time and size whatever the other side does.
package struct ChainEndpoint: Sendable {
    /// What came back.
    struct Answer: Sendable {
        let status: Int
        let body: ByteBuffer

        var text: String { String(buffer: body) }
    }

    /// Larger than any answer of the few calls made: Core's longest is a few kilobytes.
    static let largestAnswer = 65_536

    private let client: HTTPClient
    private let patience: Duration

    /// - Parameter patience: how long head and body may take, each.
    package init(client: HTTPClient = .shared, patience: Duration = .seconds(5)) {
        self.client = client
        self.patience = patience
    }

    func send(_ request: HTTPClientRequest) async throws(ChainTrouble) -> Answer {
        do {
            let response = try await client.execute(request, timeout: TimeAmount(patience))
            return Answer(status: Int(response.status.code), body: try await collect(response.body))
        } catch let trouble as ChainTrouble {
            throw trouble
        } catch is NIOTooManyBytesError {
            throw .tooLarge
        } catch {
            // The error may quote the request and is kept nowhere.
            throw .unreachable
        }
    }

    /// The client's own limit ends with the head, so a body that drips for ever needs one more.
    private func collect(_ body: HTTPClientResponse.Body) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await body.collect(upTo: Self.largestAnswer) }
            group.addTask { [patience] in
                try await Task.sleep(for: patience)
                throw ChainTrouble.unreachable
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ByteBuffer()
        }
    }
}
