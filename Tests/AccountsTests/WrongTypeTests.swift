import FeatureRig
import API
import HTTPTypes
import Postgres
import Testing

@testable import Accounts

/// Generated from the route table: every member of every body, given every wrong kind of value.
@Suite("Wrong types in bodies of user routes")
struct WrongTypeTests {
    private static let values: [(kind: JSONKind, value: JSONValue)] = [
        (.bool, true), (.number, 7), (.string, "7"), (.array, []), (.object, [:]), (.number, 1.5),
    ]

    @Test("each is a 422 that names the member, and nothing is stored")
    func generated() async throws {
        try await AccountsRig.run { rig in
            let account = try await rig.account(try Wallet("types"), email: "types@example.com")
            let before = try await rig.call(.get, AccountsRig.me, token: account.token).bytes
            var count = 0
            for route in rig.descriptions where route.tag == UsersRoutes.tag {
                for (path, schema) in Self.members(route.fields(in: .body)) {
                    for (kind, value) in Self.values where !schema.accepts(kind, value) {
                        let body = path.reversed().reduce(value) { inner, name in .object([name: inner]) }
                        let answer = try await rig.call(route.method, route.path, body.objectValue, token: account.token)
                        #expect(answer.status == 422, "\(route.id) \(path) \(value) → \(answer.text)")
                        #expect(
                            answer.faults.contains("\(path.joined(separator: ".")):type"),
                            "\(route.id) \(path) \(value) → \(answer.text)"
                        )
                        count += 1
                    }
                }
            }
            #expect(count > 100)
            #expect(try await rig.call(.get, AccountsRig.me, token: account.token).bytes == before)
            #expect(try await rig.call(.get, SettingsTests.path, token: account.token).text == SettingsTests.initial)
            #expect(try await rig.number("select count(*) from api_keys") == 0)
        }
    }

    /// Members with their paths, those of nested objects among them.
    private static func members(_ properties: [JSONProperty], _ path: [String] = []) -> [([String], JSONSchema)] {
        properties.flatMap { property -> [([String], JSONSchema)] in
            let own = path + [property.name]
            if case .object(let nested) = property.schema.resolved { return [(own, property.schema)] + members(nested, own) }
            return [(own, property.schema)]
        }
    }
}

extension JSONSchema {
    /// Without names and nullability.
    fileprivate var resolved: JSONSchema {
        switch self {
        case .named(_, let schema): schema().resolved
        case .nullable(let schema): schema.resolved
        default: self
        }
    }

    fileprivate func accepts(_ kind: JSONKind, _ value: JSONValue) -> Bool {
        switch resolved {
        case .boolean: kind == .bool
        case .integer: value.int64Value != nil
        case .number: kind == .number
        case .string: kind == .string
        case .array: kind == .array
        case .object, .dictionary: kind == .object
        default: true
        }
    }
}
