import API
import Crypto
import Foundation
import GameRules
import Platform
import Testing

@testable import Accounts

@Suite("Mail carriers over HTTP")
struct HTTPTransportTests {
    private static let instant = Instant(rfc3339: "2015-08-30T12:36:00Z") ?? .unixEpoch

    private static let statuses: [(UInt, MailFailure?)] = [
        (200, nil), (202, nil), (400, .rejected(code: "400")), (422, .rejected(code: "422")), (401, .unavailable(.authentication)),
        (403, .unavailable(.authentication)), (429, .unavailable(.refused(code: "429"))), (500, .unavailable(.refused(code: "500"))),
        (503, .unavailable(.refused(code: "503"))),
    ]

    private func failure(_ transport: some MailTransport) async throws -> MailFailure? {
        let message = try MessageTests.message()
        do {
            try await transport.send(message)
            return nil
        } catch {
            return error
        }
    }

    @Test("Resend gets one recipient, both parts, the key, and the message id as idempotency key")
    func resend() async throws {
        try await TestHTTPServer.run { server async throws in
            let transport = ResendTransport(key: Secret("re_123"), baseURL: server.url)
            try await transport.send(try MessageTests.message(subject: "Grüße", name: "A <b@c.d>,\r\nX"))
            let request = try #require(server.requests.first)
            #expect(request.method == "POST" && request.path == "/emails")
            #expect(request.headers["authorization"] == "Bearer re_123" && request.headers["content-type"] == "application/json")
            #expect(request.headers["idempotency-key"] == "test.1")
            let body = try JSONParser().parse(request.body)
            #expect(body["from"] == "A bc.d X <noreply@example.com>" && body["to"] == ["miner@example.org"])
            #expect(body["subject"] == "Grüße" && body["text"] == "text\n" && body["html"] == "<p>html</p>\n")
        }
    }

    @Test("SES gets the whole mail in a request whose signature it can recompute")
    func ses() async throws {
        try await TestHTTPServer.run { server async throws in
            let clock = Self.instant
            let transport = SESTransport(
                region: "eu-central-1",
                accessKey: Secret("AKIDEXAMPLE"),
                secretKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                baseURL: server.url,
                clock: Clock { clock }
            )
            let message = try MessageTests.message(text: "Grüße\n.\n")
            try await transport.send(message)
            let request = try #require(server.requests.first)
            #expect(request.method == "POST" && request.path == "/v2/email/outbound-emails")
            let body = try JSONParser().parse(request.body)
            let raw = try #require(body["Content"]?["Raw"]?["Data"]?.stringValue.flatMap { Data(base64Encoded: $0) })
            #expect(Array(raw) == message.encoded())
            #expect(body["Destination"] == ["ToAddresses": ["miner@example.org"]])
            #expect(try Self.isSigned(request, secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
            #expect(try !Self.isSigned(request, secret: "another"))
        }
    }

    @Test("what a status means", arguments: 0..<9)
    func status(index: Int) async throws {
        let (status, expected) = Self.statuses[index]
        try await TestHTTPServer.run({ _ in status }) { server async throws in
            #expect(try await failure(ResendTransport(key: Secret("k"), baseURL: server.url)) == expected)
            let ses = SESTransport(
                region: "eu-central-1",
                accessKey: Secret("a"),
                secretKey: Secret("s"),
                baseURL: server.url,
                clock: .system
            )
            #expect(try await failure(ses) == expected)
        }
    }

    @Test("a carrier that is not there is away for now")
    func absent() async throws {
        let url = try await TestHTTPServer.run { _ in
            200
        } _: {
            $0.url
        }
        #expect(try await failure(ResendTransport(key: Secret("k"), baseURL: url)) == .unavailable(.connection))
    }

    @Test("the signature of a known request is the one Amazon's own tools make")
    func signature() {
        let signer = RequestSigner(
            accessKey: Secret("AKIDEXAMPLE"),
            secretKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            region: "eu-central-1",
            service: "ses"
        )
        let headers = signer.headers(
            method: "POST",
            path: "/v2/email/outbound-emails",
            headers: [("content-type", "application/json"), ("host", "email.eu-central-1.amazonaws.com")],
            body: Array(#"{"a":1}"#.utf8),
            at: Self.instant
        )
        #expect(headers.first { $0.0 == "x-amz-date" }?.1 == "20150830T123600Z")
        #expect(
            headers.first { $0.0 == "authorization" }?.1
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-central-1/ses/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=36841eaf27ffff60a141e80987247b461224924626442399f306ee135b07dcbd"
        )
    }

    /// What the receiving side does: builds the canonical request from what arrived and signs it anew.
    private static func isSigned(_ request: TestHTTPServer.Request, secret: String) throws -> Bool {
        let authorization = try #require(request.headers["authorization"])
        let fields = authorization.split { $0 == " " || $0 == "," }.dropFirst().reduce(into: [String: String]()) { fields, part in
            let pair = part.split(separator: "=", maxSplits: 1)
            fields[String(pair[0])] = String(pair[1])
        }
        let scope = try #require(fields["Credential"]).split(separator: "/").dropFirst()
        let names = try #require(fields["SignedHeaders"])
        guard names.contains("host"), names.contains("x-amz-date") else { return false }
        let lines = names.split(separator: ";").map { "\($0):\(request.headers[String($0)] ?? "")\n" }.joined()
        let digest = Hex.encode(SHA256.hash(data: Data(request.body)))
        let canonical = "\(request.method)\n\(request.path)\n\n\(lines)\n\(names)\n\(digest)"
        let date = try #require(request.headers["x-amz-date"])
        let text =
            "AWS4-HMAC-SHA256\n\(date)\n\(scope.joined(separator: "/"))\n\(Hex.encode(SHA256.hash(data: Data(canonical.utf8))))"
        var key = SymmetricKey(data: Data(("AWS4" + secret).utf8))
        for part in scope { key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key)) }
        return fields["Signature"] == Hex.encode(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
    }
}

@Suite("Mail carriers for development")
struct DevelopmentTransportTests {
    @Test("the file carrier writes the whole mail, for its owner alone, under the message's id")
    func file() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tbg-mail-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let message = try MessageTests.message()
        try await FileTransport(directory: directory).send(message)
        try await FileTransport(directory: directory).send(message)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["test.1.eml"])
        let content = try #require(FileManager.default.contents(atPath: directory + "/test.1.eml"))
        #expect(Array(content) == message.encoded())
        let mode = try FileManager.default.attributesOfItem(atPath: directory + "/test.1.eml")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("a directory that cannot be made is trouble for now")
    func unwritable() async throws {
        let message = try MessageTests.message()
        await #expect(throws: MailFailure.unavailable(.storage)) {
            try await FileTransport(directory: "/dev/null/mail").send(message)
        }
    }
}
