import Foundation
import NIOCore
import NIOSSL
import Redis
import Testing

@Suite("Encrypted connections")
struct RedisTLSTests {
    struct NoCertificate: Error {}

    /// Makes a certificate that vouches for itself, and the settings that let a server use it.
    private func certificate(in directory: URL) throws -> [String] {
        let key = directory.appendingPathComponent("key.pem").path
        let certificate = directory.appendingPathComponent("cert.pem").path
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-keyout", key, "-out",
            certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]
        openssl.standardOutput = FileHandle.nullDevice
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw NoCertificate() }
        return [
            "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no",
        ]
    }

    @Test("a trusted certificate gives an encrypted connection, an unknown one none", arguments: ["localhost", "127.0.0.1"])
    func encrypted(host: String) async throws {
        let port = try await FreePort.find()
        let server = try ServerProcess(["--tls-port", "\(port)"]) { try certificate(in: $0) }
        var configuration = try RedisConfiguration(url: "rediss://\(host):\(port)/1")
        configuration.backoff = Backoff(first: .milliseconds(2), limit: .milliseconds(20))
        configuration.commandTimeout = .seconds(20)

        let stranger = RedisClient(configuration: configuration, eventLoopGroup: loops, logger: quiet)
        #expect(await redisError { try await stranger.connect() } == .unavailable)
        await stranger.close()

        let path = server.directory.appendingPathComponent("cert.pem").path
        configuration.tls?.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
        try await withClient(configuration) { client in
            try await client.send(RedisCommand("SET", "k", String(repeating: "x", count: 300_000)))
            #expect(try await client.send(RedisCommand("STRLEN", "k")).int == 300_000)
            let replies = try await client.pipeline((0..<1_000).map { RedisCommand("ECHO", $0) })
            #expect(try replies.map { try $0.get().int } == Array(0..<1_000))
        }
    }
}

/// A port nobody listens on.
enum FreePort {
    static func find() async throws -> Int {
        let listener = try await TalkingListener.start(saying: "")
        try await listener.stop()
        return listener.port
    }
}
