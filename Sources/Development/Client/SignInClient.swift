import AsyncHTTPClient
public import Bitcoin
import Foundation
import NIOCore
import NIOHTTP1

/// Signs in at an instance the way a wallet does: asks for a challenge, signs it with a local key, presents the signature.
public struct SignInClient: Sendable {
    /// What a sign-in or refresh gives.
    public struct Tokens: Decodable, Equatable, Sendable {
        /// For `Authorization: Bearer`, good for an hour.
        public let accessToken: String
        /// For the next exchange.
        public let refreshToken: String
        /// Life of the access token, seconds.
        public let expiresIn: Int

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case refreshToken = "refresh_token"
            case expiresIn = "expires_in"
        }
    }

    /// Why there are no tokens.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// The instance said no; its sentence is fit for a user.
        case refused(status: UInt, detail: String)
        /// What answered is no instance.
        case unexpectedAnswer
        /// The key cannot sign for its own address.
        case cannotSign

        /// A sentence.
        public var description: String {
            switch self {
            case .refused(let status, let detail): "\(detail) (\(status))"
            case .unexpectedAnswer: "the answer is not one of The Bitcoin Game"
            case .cannotSign: "the key cannot sign for this kind of address"
            }
        }
    }

    private struct Challenge: Decodable {
        let nonce: String
        let message: String
    }

    private struct Refusal: Decodable { let detail: String }

    private static let patience = TimeAmount.seconds(30)
    private static let largestAnswer = 65_536

    private let baseURL: String

    /// - Parameter baseURL: such as `http://localhost:8000`.
    public init(baseURL: String) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    }

    /// Signs in as the owner of the signer's address.
    /// - Throws: ``Failure``, or what the connection says.
    public func signIn(_ signer: MessageSigner) async throws -> Tokens {
        let address = signer.address.canonical
        let challenge: Challenge = try await post("challenge", ["btc_address": address])
        guard let signature = signer.sign(challenge.message) else { throw Failure.cannotSign }
        return try await post("verify", ["btc_address": address, "nonce": challenge.nonce, "signature": signature])
    }

    /// Exchanges a refresh token.
    /// - Throws: ``Failure``, or what the connection says.
    public func refresh(_ token: String) async throws -> Tokens {
        try await post("refresh", ["refresh_token": token])
    }

    private func post<Answer: Decodable>(_ route: String, _ members: [String: String]) async throws -> Answer {
        var request = HTTPClientRequest(url: "\(baseURL)/api/v1/auth/\(route)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(try JSONEncoder().encode(members))
        let response = try await HTTPClient.shared.execute(request, timeout: Self.patience)
        let body = Data(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
        guard response.status == .ok else {
            let detail = (try? JSONDecoder().decode(Refusal.self, from: body))?.detail ?? response.status.reasonPhrase
            throw Failure.refused(status: response.status.code, detail: detail)
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: body) else { throw Failure.unexpectedAnswer }
        return answer
    }
}
