import Foundation
import Postgres
import Testing

/// Values travel to a real server and back, and the server's own text shows that it understood them.
@Suite("Round trips")
struct RoundTripTests {
    private func check<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ values: [Value],
        _ client: PostgresClient,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        for value in values {
            let back = try #require(try await client.query("select \(value)").first).decode(Value.self)
            #expect(back == value, sourceLocation: location)
        }
        let array = try #require(try await client.query("select \(values)").first).decode([Value].self)
        #expect(array == values, sourceLocation: location)
        let optionals: [Value?] = values + [nil]
        let back = try #require(try await client.query("select \(optionals)").first).decode([Value?].self)
        #expect(back == optionals, sourceLocation: location)
        let none = try #require(try await client.query("select \(nil as Value?)").first).decode(Value?.self)
        #expect(none == nil, sourceLocation: location)
    }

    @Test("every type keeps its extremes, alone, in arrays and as NULL")
    func extremes() async throws {
        try await withClient { client in
            try await check([true, false], client)
            try await check([Int16.min, -1, 0, .max], client)
            try await check([Int32.min, -1, 0, .max], client)
            try await check([Int64.min, -1, 0, .max], client)
            try await check([Int.min, -1, 0, .max], client)
            try await check([0, -0.0, 1.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity] as [Double], client)
            try await check([0, 1.5, .greatestFiniteMagnitude, -.infinity] as [Float], client)
            try await check(["", "a", "naïve 🎲 \u{1F1E8}\u{1F1ED}", String(repeating: "x", count: 100_000), "'\";--\\"], client)
            try await check([UUID(), UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))], client)
            try await check([[], [0], Array(0...255)] as [[UInt8]], client)
            try await check([JSONB("{}"), JSONB(#"{"a": [1, null, "é"]}"#), JSONB("null")], client)
            try await check(
                [0, 1, -1, 253_402_300_799_999_999, -62_135_596_800_000_000, .max, .min].map(
                    PostgresTimestamp.init(microsecondsSinceUnixEpoch:)
                ),
                client
            )
            try await check([0, -1, 10_957, 2_932_896, .max, .min].map(PostgresDate.init(daysSinceUnixEpoch:)), client)
            try await check(["192.0.2.7", "192.0.2.0/24", "2001:db8::1", "::/0"].compactMap(Inet.init), client)
            let numerics: [PostgresNumeric] = [
                PostgresNumeric(unscaled: 0, scale: 0), PostgresNumeric(unscaled: .max, scale: 18),
                PostgresNumeric(unscaled: .min, scale: 0),
                PostgresNumeric(unscaled: -1, scale: 8), PostgresNumeric(unscaled: 2_100_000_000_000_000, scale: 8),
                PostgresNumeric(unscaled: 10_000, scale: 3),
            ]
            try await check(numerics, client)
        }
    }

    @Test("the server reads what was meant")
    func text() async throws {
        try await withClient { client in
            let instant = PostgresTimestamp(microsecondsSinceUnixEpoch: 1_772_323_200_123_456)
            let row = try #require(
                try await client.query(
                    """
                    select \(instant)::text, \(PostgresDate(daysSinceUnixEpoch: 20_513))::text, \(Inet("192.0.2.0/24"))::text,
                           \(PostgresNumeric(unscaled: -123_456_789, scale: 8))::text, \([1, nil, 3] as [Int?])::text,
                           \(["a,b", "\"", nil] as [String?])::text, \(Double.nan)::text, \(UUID(uuidString: "00112233-4455-6677-8899-aabbccddeeff"))::text
                    """
                ).first
            )
            let texts = try (0..<8).map { try String(postgres: row[$0]) }
            #expect(
                texts == [
                    "2026-03-01 00:00:00.123456+00", "2026-03-01", "192.0.2.0/24", "-1.23456789", "{1,NULL,3}", #"{"a,b","\"",NULL}"#,
                    "NaN",
                    "00112233-4455-6677-8899-aabbccddeeff",
                ]
            )
        }
    }

    @Test("column types that share a format are read too")
    func relatedTypes() async throws {
        try await withClient { client in
            try await client.execute("create type mood as enum ('happy', 'sad')")
            let row = try #require(
                try await client.query(
                    """
                    select 'a'::varchar(3), 'b'::char(2), 'c'::name, 'happy'::mood, '{"a":1}'::json, 7::int2, 8::int4, 1.5::real,
                           '2026-03-01 00:00'::timestamp, '10.0.0.0/8'::cidr, 'x'::"char", array['sad']::mood[]
                    """
                ).first
            )
            let (a, b, c, mood, json) = try row.decode((String, String, String, String, String).self)
            #expect([a, b, c, mood, json] == ["a", "b ", "c", "happy", #"{"a":1}"#])
            #expect(try Int(postgres: row[5]) == 7)
            #expect(try Int(postgres: row[6]) == 8)
            #expect(try Double(postgres: row[7]) == 1.5)
            #expect(try PostgresTimestamp(postgres: row[8]).microsecondsSinceUnixEpoch == 1_772_323_200_000_000)
            #expect(try Inet(postgres: row[9]).string == "10.0.0.0/8")
            #expect(try String(postgres: row[10]) == "x")
            #expect(try [String](postgres: row[11]) == ["sad"])
        }
    }
}
