import API
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import Testing

@Suite("Request bodies")
struct BodyTests {
    private let valid = #"{"email":"a@b","password":"12345678"}"#

    private func signIn(_ body: String?, headers: HTTPFields = HTTPFields()) async throws -> TestResponse {
        try await send(.post, "/sign-in", body: body, headers: headers)
    }

    private func nested(_ depth: Int) -> String {
        #"{"email":"a@b","password":"12345678","x":"#
            + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }

    @Test(
        "malformed JSON is 400",
        arguments: [
            "{\"a\":1}x", "{", "\u{FEFF}{}", "{\"email\":1e400}", "nul", "{'a':1}", "{\"a\":1,}", "{\"a\":\"\n\"}",
        ]
    )
    func malformed(body: String) async throws {
        let response = try await signIn(body)
        #expect(response.status == .badRequest)
        #expect(response.code == "malformed_json")
    }

    @Test("nesting of 16 is accepted, 17 is 400")
    func depth() async throws {
        #expect(try await signIn(nested(16)).status == .ok)
        #expect(try await signIn(nested(17)).code == "malformed_json")
    }

    @Test("the top level must be an object", arguments: ["[]", "1", "\"x\"", "null", "true"])
    func topLevel(body: String) async throws {
        let response = try await signIn(body)
        #expect(response.status == .unprocessableContent)
        #expect(response.faults == ["body:type"])
    }

    @Test("an empty body is 422 where one is required and fine where not")
    func empty() async throws {
        #expect(try await signIn(nil).faults == ["body:required"])
        #expect(try await send(.post, "/touch").status == .ok)
        #expect(try await send(.post, "/touch", headers: [.contentType: "text/plain"]).status == .ok)
        #expect(try await send(.post, "/touch", body: "{\"unknown\":[1]}").status == .ok)
    }

    @Test("an empty object lacks every required member, a duplicate one counts last")
    func members() async throws {
        #expect(try await signIn("{}").faults == ["email:required", "password:required"])
        #expect(try await signIn(#"{"email":5,"email":"a@b","password":"12345678"}"#).status == .ok)
        #expect(try await signIn(#"{"email":"a@b","email":5,"password":"12345678"}"#).faults == ["email:type"])
    }

    @Test("lone surrogates and NUL escapes are invalid characters of their field")
    func surrogates() async throws {
        #expect(try await signIn(#"{"email":"a\ud800b","password":"12345678"}"#).faults == ["email:invalid_characters"])
        #expect(
            try await signIn(#"{"email":"a\u0000b","password":"1234567\udc00"}"#).faults == [
                "email:invalid_characters", "password:invalid_characters",
            ]
        )
    }

    @Test(
        "content types that are JSON",
        arguments: [
            "application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8",
            "Application/JSON; charset=\"utf-8\"; x=y",
        ]
    )
    func acceptedType(type: String) async throws {
        #expect(try await signIn(valid, headers: [.contentType: type]).status == .ok)
    }

    @Test(
        "other content types are 415",
        arguments: [
            "text/plain", "application/json; charset=latin1", "application/jsonx", "application/x-www-form-urlencoded", "",
        ]
    )
    func refusedType(type: String) async throws {
        let response = try await signIn(valid, headers: [.contentType: type])
        #expect(response.status == .unsupportedMediaType)
        #expect(response.code == "unsupported_media_type")
    }

    @Test("compressed bodies are 415, and so is a body without a type")
    func encoding() async throws {
        #expect(try await signIn(valid, headers: [.contentEncoding: "gzip"]).status == .unsupportedMediaType)
        try await makeApplication().test(.router) { client in
            let response = try await client.execute(uri: "/sign-in", method: .post, headers: HTTPFields(), body: ByteBuffer(string: valid))
            #expect(response.status == .unsupportedMediaType)
        }
    }

    @Test("GET with a JSON content type and no body is normal, a body on GET is ignored")
    func get() async throws {
        #expect(try await send(.get, "/health", headers: [.contentType: "application/json"]).status == .ok)
        #expect(try await send(.get, "/health", body: "garbage").status == .ok)
    }

    @Test("a submitted value never comes back")
    func noEcho() async throws {
        let response = try await signIn(#"{"email":"hunter2@@@\u200b","password":"hunter2"}"#)
        #expect(response.status == .unprocessableContent)
        #expect(response.faults == ["email:invalid_characters", "password:too_short"])
        #expect(!String(buffer: response.body).contains("hunter2"))
    }

    // MARK: Over a socket

    private func padded(to count: Int) -> ByteBuffer {
        var buffer = ByteBuffer(string: valid)
        buffer.writeRepeatingByte(0x20, count: count - buffer.readableBytes)
        return buffer
    }

    @Test("65,536 bytes are accepted, one more is 413")
    func limit() async throws {
        try await makeApplication().test(.live) { client in
            let headers: HTTPFields = [.contentType: "application/json"]
            let fits = try await client.execute(uri: "/sign-in", method: .post, headers: headers, body: padded(to: 65_536))
            #expect(fits.status == .ok)
            let tooLarge = try await client.execute(uri: "/sign-in", method: .post, headers: headers, body: padded(to: 65_537))
            #expect(tooLarge.status == .contentTooLarge)
            #expect(tooLarge.code == "payload_too_large")
            #expect(tooLarge.headers[.connection] == "close")
        }
    }
}
