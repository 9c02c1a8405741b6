import API
import AsyncHTTPClient
import Bitcoin
import NIOCore
import NIOHTTP1
import NIOPosix

/// Wallets that sign in as the dashboard does: challenge, signature, verify.
struct WalletClient: Sendable {
    private let http: HTTPClient
    private let base: String

    /// - Parameter connections: sign-ins under way at once, each with a connection of its own.
    init(url: String, connections: Int) {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.timeout.read = .seconds(30)
        http = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
        base = url + "/api/v1/auth"
    }

    func close() async throws { try await http.shutdown() }

    /// Signs in and answers the access token.
    func signIn(_ signer: MessageSigner) async throws -> String {
        let address = signer.address.canonical
        let challenge = try await post("/challenge", ["btc_address": .string(address)])
        guard let message = challenge["message"]?.stringValue, let nonce = challenge["nonce"], let signature = signer.sign(message) else {
            throw BenchmarkFailure("no challenge")
        }
        let answer = try await post("/verify", ["btc_address": .string(address), "signature": .string(signature), "nonce": nonce])
        guard let token = answer["access_token"]?.stringValue else { throw BenchmarkFailure("no token") }
        return token
    }

    private func post(_ path: String, _ object: JSONObject) async throws -> JSONObject {
        var writer = JSONWriter()
        writer.value(.object(object))
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(writer.buffer)
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 16)
        guard response.status == .ok, let answer = try JSONParser().parse(body.readableBytesView).objectValue else {
            throw BenchmarkFailure("\(path) answered \(response.status.code): \(String(buffer: body))")
        }
        return answer
    }
}

extension WalletClient {
    /// Signers of different keys.
    static func signers(_ count: Int, _ type: AddressType, first: Int = 1) -> [MessageSigner] {
        (first..<(first + count)).compactMap { number in
            let bytes = [UInt8](repeating: 0, count: 24) + (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * (7 - $0))) }
            return PrivateKey(bytes: bytes).flatMap { MessageSigner(key: $0, type: type, network: .mainnet) }
        }
    }
}
