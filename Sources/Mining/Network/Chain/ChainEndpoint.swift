package import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

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

    /// Goes where it was told and nowhere else: a source that points to another address is refused, not followed, and nothing it sends
    /// unfolds to more than was sent. It lives as long as the process.
    package static let client = HTTPClient(
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        configuration: HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
    )

    private let client: HTTPClient
    private let patience: Duration

    /// - Parameter patience: how long a whole answer may take.
    package init(client: HTTPClient = ChainEndpoint.client, patience: Duration = .seconds(5)) {
        self.client = client
        self.patience = patience
    }

    func send(_ request: HTTPClientRequest) async throws(ChainTrouble) -> Answer {
        try await Patience.within(patience) { [client, patience] () async throws(ChainTrouble) in
            do {
                let response = try await client.execute(request, timeout: TimeAmount(patience))
                return Answer(status: Int(response.status.code), body: try await response.body.collect(upTo: Self.largestAnswer))
            } catch is NIOTooManyBytesError {
                throw .tooLarge
            } catch {
                // The error may quote the request and is kept nowhere.
                throw .unreachable
            }
        }
    }
}

/// A limit to how long a chain source is waited for.
enum Patience {
    /// Does a piece of work, or gives it up.
    /// - Throws: ``ChainTrouble/unreachable`` when the time is over; whatever the work throws.
    static func within<Value: Sendable>(
        _ patience: Duration,
        _ work: @escaping @Sendable () async throws(ChainTrouble) -> Value
    ) async throws(ChainTrouble) -> Value {
        let outcome = await withTaskGroup(of: Result<Value, ChainTrouble>.self) { group in
            group.addTask {
                do throws(ChainTrouble) { return .success(try await work()) } catch { return .failure(error) }
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return .failure(.unreachable)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.unreachable)
        }
        return try outcome.get()
    }
}
