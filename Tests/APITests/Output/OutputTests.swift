import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import API

@Suite("Outputs")
struct OutputTests {
    private func text(_ value: some JSONEncodable) -> String {
        var writer = JSONWriter()
        value.encode(to: &writer)
        return String(buffer: writer.buffer)
    }

    private struct Account: ResponseObject {
        let item: Item
        let balance: JSONDecimal
        let tags: [String]
        let scores: [String: Double]
        let extra: Int?

        static let fields = JSONFields<Account>("AccountWithBalance")
            .members(of: \.item)
            .field("balance", \.balance)
            .field("tags", \.tags)
            .field("scores", \.scores)
            .field("first", { $0.tags.first })
            .fieldIfPresent("extra", \.extra)
    }

    @Test("objects write their members in order, joined ones in place, absent ones not at all")
    func objects() {
        let item = Item(id: 1, name: "a\"b", note: "n", kind: .large)
        var account = Account(
            item: item,
            balance: JSONDecimal(units: 5, fractionDigits: 8),
            tags: [],
            scores: ["b": 2, "a": 0.5],
            extra: nil
        )
        #expect(
            text(account)
                == #"{"id":1,"name":"a\"b","note":"n","kind":"large","balance":0.00000005,"tags":[],"scores":{"a":0.5,"b":2},"first":null}"#
        )
        account = Account(item: item, balance: account.balance, tags: ["x"], scores: [:], extra: 4)
        #expect(text(account).hasSuffix(#""tags":["x"],"scores":{},"first":"x","extra":4}"#))
    }

    @Test("the shape comes from the same declaration")
    func shape() {
        guard case .named("AccountWithBalance", let shape) = Account.jsonSchema, case .object(let members) = shape() else {
            Issue.record("no object")
            return
        }
        #expect(members.map(\.name) == ["id", "name", "note", "kind", "balance", "tags", "scores", "first", "extra"])
        #expect(members.map(\.isRequired) == [true, true, true, true, true, true, true, true, false])
        guard case .nullable(.string) = members[2].schema else {
            Issue.record("an optional is not nullable")
            return
        }
    }

    @Test("scalars, optionals and containers")
    func scalars() {
        #expect(text([Int32(1), 2]) == "[1,2]")
        #expect(text(Optional<Int>.none) == "null")
        #expect(text(Optional(Int64(5))) == "5")
        #expect(text(JSONValue.array([nil, 1.5, "x"])) == #"[null,1.5,"x"]"#)
        #expect(text(EmptyObject()) == "{}")
        #expect(text(true) == "true")
    }

    @Test("a page has its type, tag and cache policy")
    func page() async throws {
        let response = try await send(.get, "/page")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(response.headers[.eTag] == "\"v1\"")
        #expect(response.headers[.cacheControl] == "no-cache")
        #expect(String(buffer: response.body) == "<p>Hi")
    }

    @Test("a client that holds the page gets 304 without body", arguments: ["\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "*"])
    func notModified(tag: String) async throws {
        let response = try await send(.get, "/page", headers: [.ifNoneMatch: tag])
        #expect(response.status == .notModified)
        #expect(response.body.readableBytes == 0)
        #expect(response.headers[.eTag] == "\"v1\"")
        #expect(response.headers[.contentLength] == nil)
    }

    @Test("other tags get the page", arguments: ["\"v2\"", "v1", "\"v1x\"", ""])
    func modified(tag: String) async throws {
        #expect(try await send(.get, "/page", headers: [.ifNoneMatch: tag]).status == .ok)
    }
}
