import HTTPTypes
import HummingbirdTesting
import Testing

@testable import API

@Suite("Request fields")
struct FieldsTests {
    private struct Notifications: FieldObject, Equatable {
        let email: Patch<String>
        let inApp: Bool?

        init(from fields: inout ObjectFields) {
            email = fields.patch("email", .string(3...20))
            inApp = fields.change("inApp", .boolean)
        }
    }

    private struct Settings: EndpointInput {
        let notifications: Notifications?
        let bio: Patch<String>
        let name: String
        let size: Int
        let note: String?

        init(from fields: inout RequestFields) {
            notifications = fields.change("notifications", .object(), doc: "Preferences")
            bio = fields.patch("bio", .string(0...10))
            name = fields.body("name", .string(1...10))
            size = fields.body("size", .integer(1...9), default: 3)
            note = fields.optionalBody("note", .string(1...10))
            if name == "root" { fields.fault("name", "reserved", "Is reserved.") }
            if name == "teapot" { fields.reject(with: APIError(.forbidden, "teapot", "No.")) }
        }
    }

    private func read(_ body: String, query: String? = nil) throws -> Settings {
        let object = try #require(try JSONParser().parse(body).objectValue)
        return try RequestFields.read(
            Settings.self,
            from: RequestFields(parameters: PathParameters(), query: QueryParameters(query), headers: HTTPFields(), body: object)
        )
    }

    private func faults(_ body: String) throws -> [String] {
        do {
            _ = try read(body)
            return []
        } catch let error as APIError {
            #expect(error.status == .unprocessableContent)
            return error.faults.map { "\($0.field):\($0.code.rawValue)" }
        }
    }

    @Test("absent, null and value are told apart")
    func patch() throws {
        let absent = try read(#"{"name":"a"}"#)
        #expect(absent.bio == .absent && absent.notifications == nil && absent.size == 3 && absent.note == nil)
        let null = try read(#"{"name":"a","bio":null,"note":null,"notifications":{"email":null}}"#)
        #expect(null.bio == .null && null.notifications?.email == .null && null.note == nil)
        let value = try read(#"{"name":"a","bio":" hi ","size":9.0,"notifications":{"email":"a@b","inApp":false},"other":1}"#)
        #expect(value.bio == .value("hi") && value.size == 9)
        #expect(value.notifications?.email == .value("a@b") && value.notifications?.inApp == false)
        #expect(Patch.value(2).applied(to: 1) == 2)
        #expect(Patch<Int>.null.applied(to: 1) == nil)
        #expect(Patch<Int>.absent.applied(to: 1) == 1)
    }

    @Test("null is a fault where a field cannot be cleared")
    func nullFaults() throws {
        #expect(try faults(#"{"name":null}"#) == ["name:type"])
        #expect(try faults(#"{"name":"a","size":null}"#) == ["size:type"])
        #expect(try faults(#"{"name":"a","notifications":null}"#) == ["notifications:type"])
        #expect(try faults(#"{"name":"a","notifications":{"inApp":null}}"#) == ["notifications.inApp:type"])
        #expect(try faults(#"{"name":"a","notifications":[]}"#) == ["notifications:type"])
    }

    @Test("all faults are gathered, with dotted paths")
    func gathering() throws {
        #expect(
            try faults(#"{"bio":"12345678901","size":"3","notifications":{"email":"x","inApp":0}}"#)
                == ["notifications.email:too_short", "notifications.inApp:type", "bio:too_long", "name:required", "size:type"]
        )
    }

    @Test("an input may judge by itself or demand an answer")
    func judging() throws {
        #expect(try faults(#"{"name":"root"}"#) == ["name:reserved"])
        #expect { try read(#"{"name":"teapot","size":0}"#) } throws: { ($0 as? APIError)?.code == "teapot" }
    }

    @Test("at most 20 faults are listed")
    func capacity() throws {
        struct Many: EndpointInput {
            init(from fields: inout RequestFields) {
                for index in 0..<50 { _ = fields.body("f\(index)", .integer()) }
            }
        }
        let fields = RequestFields(parameters: PathParameters(), query: QueryParameters(), headers: HTTPFields(), body: JSONObject())
        #expect { try RequestFields.read(Many.self, from: fields) } throws: { ($0 as? APIError)?.faults.count == 20 }
    }

    @Test("the same declaration describes the fields")
    func describing() throws {
        let fields = RequestFields.describe(Settings.self)
        #expect(fields.map(\.property.name) == ["notifications", "bio", "name", "size", "note"])
        #expect(fields.map(\.property.isRequired) == [false, false, true, false, false])
        #expect(fields[3].property.defaultValue == 3)
        #expect(fields[0].property.documentation == "Preferences")
        guard case .named("Notifications", let shape) = fields[0].property.schema, case .object(let members) = shape() else {
            Issue.record("the nested object has no shape")
            return
        }
        #expect(members.map(\.name) == ["email", "inApp"])
    }

    @Test(
        "query: the last one wins, empty is absent, unknown ones are ignored, plus is a space",
        arguments: [
            ("a=1&a=2", "2"), ("a=1&a=", nil), ("a=", nil), ("a", nil), ("b=1", nil), ("a=x+y%2B%20z", "x y+ z"), ("%61=q", "q"),
            ("a=1=2", "1=2"),
            ("&&a=%C3%A9&", "é"),
        ] as [(String, String?)]
    )
    func query(text: String, expected: String?) {
        var query = QueryParameters(text)
        #expect(query.value(of: "a") == expected.map { .some($0) })
    }

    @Test("a query value that does not decode is there but wrong", arguments: ["a=%ff", "a=%zz", "a=%2"])
    func brokenQuery(text: String) {
        var query = QueryParameters(text)
        #expect(query.value(of: "a") == .some(nil))
    }
}

@Suite("Query parameters of an endpoint")
struct EndpointQueryTests {
    @Test("values and defaults")
    func values() async throws {
        #expect(try await send(.get, "/items").json?[0]?["id"] == 50)
        let response = try await send(.get, "/items?limit=7&exact=true&floor=0.5&kind=large&nonsense=1")
        #expect(response.json?[0] == ["id": 7, "name": "true 0.5", "note": nil, "kind": "large"])
    }

    @Test(
        "wrong values are 422 with every fault",
        arguments: [
            ("limit=0", ["limit:out_of_range"]), ("limit=101", ["limit:out_of_range"]), ("limit=five", ["limit:type"]),
            ("limit=1.0", ["limit:type"]),
            ("limit=x&exact=1&floor=0&kind=LARGE", ["limit:type", "kind:not_allowed", "exact:type", "floor:out_of_range"]),
            ("kind=%ff", ["kind:invalid_characters"]),
        ] as [(String, [String])]
    )
    func wrong(query: String, faults: [String]) async throws {
        let response = try await send(.get, "/items?" + query)
        #expect(response.status == .unprocessableContent)
        #expect(response.code == "validation_error")
        #expect(response.faults == faults)
    }

    @Test("a path segment can be a thing that does not exist", arguments: ["0", "1001", "x", "1.0", "%ff", "99999999999999999999"])
    func path(segment: String) async throws {
        #expect(try await send(.get, "/items/" + segment).code == "item_not_found")
    }
}
