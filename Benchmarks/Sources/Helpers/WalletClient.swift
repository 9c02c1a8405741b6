import API
import Bitcoin
import Foundation
import Glibc
import LocalServers
import NIOCore

/// A wallet's side of signing in, as the dashboard does it: challenge, signature, verify. One connection, blocking: the load generator is to
/// take as little of the machine as it can.
final class WalletClient {
    private let socket: Int32
    private let host: String
    private var received: [UInt8] = []

    /// - Parameter url: `http://127.0.0.1:PORT`.
    init(url: String) throws {
        guard let address = URL(string: url), let port = address.port else { throw BenchmarkFailure("no address: \(url)") }
        host = "127.0.0.1:\(port)"
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = in_port_t(UInt16(port).bigEndian)
        target.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard result == 0 else { throw BenchmarkFailure("no connection to \(host)") }
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(socket) }

    /// Signs in and answers the access token.
    func signIn(_ signer: MessageSigner) throws -> String {
        let address = signer.address.canonical
        let challenge = try post("/challenge", ["btc_address": .string(address)])
        guard let message = challenge["message"]?.stringValue, let nonce = challenge["nonce"], let signature = signer.sign(message) else {
            throw BenchmarkFailure("no challenge")
        }
        let answer = try post("/verify", ["btc_address": .string(address), "signature": .string(signature), "nonce": nonce])
        guard let token = answer["access_token"]?.stringValue else { throw BenchmarkFailure("no token") }
        return token
    }

    /// What a route answers to a signed-in caller.
    func get(_ path: String, token: String) throws -> JSONObject {
        try exchange("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nAuthorization: Bearer \(token)\r\n\r\n", [], path)
    }

    private func post(_ path: String, _ object: JSONObject) throws -> JSONObject {
        var writer = JSONWriter()
        writer.value(.object(object))
        let body = Array(writer.buffer.readableBytesView)
        let head =
            "POST /api/v1/auth\(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        return try exchange(head, body, path)
    }

    private func exchange(_ head: String, _ body: [UInt8], _ path: String) throws -> JSONObject {
        try send(Array(head.utf8) + body)
        let (status, answer) = try receive()
        guard status == 200, let object = try JSONParser().parse(answer).objectValue else {
            throw BenchmarkFailure("\(path) answered \(status): \(String(decoding: answer, as: UTF8.self))")
        }
        return object
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
            guard count > 0 else { throw BenchmarkFailure("connection lost") }
            sent += count
        }
    }

    /// One response with a `Content-Length`.
    private func receive() throws -> (status: Int, body: [UInt8]) {
        var chunk = [UInt8](repeating: 0, count: 8192)
        while true {
            if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: received[..<end.lowerBound], as: UTF8.self).lowercased().split(separator: "\r\n")
                let length = head.first { $0.hasPrefix("content-length:") }.flatMap {
                    Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces))
                }
                guard let length, let status = head.first.flatMap({ Int($0.dropFirst(9).prefix(3)) }) else {
                    throw BenchmarkFailure("no HTTP response")
                }
                if received.count - end.upperBound >= length {
                    defer { received.removeFirst(end.upperBound + length) }
                    return (status, Array(received[end.upperBound..<end.upperBound + length]))
                }
            }
            let count = read(socket, &chunk, chunk.count)
            guard count > 0 else { throw BenchmarkFailure("connection lost") }
            received += chunk.prefix(count)
        }
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
