import API
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite("Gate")
struct GateTests {
    @Test("authentication precedes validation", arguments: [nil, "not json", "[]", "{}", #"{"email":1}"#])
    func authFirst(body: String?) async throws {
        let response = try await send(.post, "/items", body: body)
        #expect(response.status == .unauthorized)
        #expect(response.code == "unauthorized")
        #expect(response.headers[.wwwAuthenticate] == "Bearer")
        #expect(response.headers[.gateRoute] == "createItem")
    }

    @Test("a bad token is named in the challenge")
    func badToken() async throws {
        let response = try await send(.delete, "/items/5", headers: [.authorization: "Bearer bad"])
        #expect(response.headers[.wwwAuthenticate] == "Bearer error=\"invalid_token\"")
    }

    @Test("the gate's header fields are on errors too")
    func headers() async throws {
        #expect(try await send(.get, "/items?limit=0").headers[.gateRoute] == "listItems")
        #expect(try await send(.get, "/fail").headers[.gateRoute] == "fail")
    }

    @Test("the body is read before the gate only where the rate class needs it")
    func subject() async throws {
        let body = #"{"email":"me@example.org","password":"12345678"}"#
        #expect(try await send(.post, "/sign-in", body: body).headers[.gateSubject] == "me@example.org")
        #expect(try await send(.post, "/items", body: body).headers[.gateSubject] == nil)
    }

    @Test("a body that is no object reaches the gate as none and fails afterwards")
    func badSubject() async throws {
        let response = try await send(.post, "/sign-in", body: "{")
        #expect(response.status == .badRequest)
        #expect(response.headers[.gateRoute] == "signIn")
        #expect(response.headers[.gateSubject] == nil)
    }
}
