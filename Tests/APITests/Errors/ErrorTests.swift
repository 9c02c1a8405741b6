import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import API

@Suite("Errors")
struct ErrorTests {
    @Test("an unforeseen error is 500 with constant text")
    func internalError() async throws {
        let response = try await send(.get, "/fail")
        #expect(response.status == .internalServerError)
        #expect(response.code == "internal_error")
        #expect(!String(buffer: response.body).contains("SELECT"))
    }

    @Test("the product may map unforeseen errors")
    func mapping() async throws {
        let router = Router(context: TestContext.self)
        let responder = try RouteResponder(makeTable(), gate: TestGate()) { error, _, context in
            error is UnexpectedFailure ? .unavailable("busy", "Busy.", retryAfterSeconds: 0) : .internalError
        }
        router.add(middleware: RouteMiddleware(responder))
        try await Application(router: router).test(.router) { client in
            let response = try await client.execute(uri: "/fail", method: .get)
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "1")
        }
    }

    @Test("the envelope has exactly its members")
    func envelope() {
        let error = APIError.validation("a.b", .tooShort, "Too \"short\".")
        let response = error.response(requestID: "id-1")
        #expect(response.headers[.contentType] == "application/json; charset=utf-8")
        #expect(response.status.code == 422)
        var writer = JSONWriter()
        writer.string(error.detail)
        #expect(response.body.contentLength ?? 0 > 0)
    }

    @Test("statuses and header fields of the common errors")
    func common() {
        #expect(APIError.rateLimited(retryAfterSeconds: 62).headers[.retryAfter] == "62")
        #expect(APIError.unauthorized(hadToken: true).headers[.wwwAuthenticate] == "Bearer error=\"invalid_token\"")
        #expect(APIError.forbidden().status == .forbidden)
        #expect(APIError.conflict("name_taken", "Taken.").status == .conflict)
        #expect(APIError.gone("link_expired", "Expired.").status == .gone)
        #expect(APIError.badRequest().code == "bad_request")
        #expect(APIError.unavailable().headers[.retryAfter] == "1")
    }
}
