import Postgres
import Testing

@Suite("COPY")
struct CopyTests {
    @Test("a hundred thousand rows arrive, and the connection goes on in the same transaction")
    func many() async throws {
        try await withClient { client in
            try await client.execute("create table t (id int8 primary key, label text, score float8, tags text[])")
            try await client.transaction { transaction in
                try await transaction.execute("insert into t (id) values (-1)")
                var rows = CopyWriter(reservingBytes: 5_000_000)
                for id in 0..<100_000 {
                    rows.append(Int64(id), id % 3 == 0 ? nil : "row \(id)", Double(id) / 2, ["a", nil] as [String?])
                }
                #expect(rows.count == 100_000)
                #expect(try await transaction.copy(into: "t", columns: ["id", "label", "score", "tags"], rows: rows) == 100_000)
                let answer1 = try await transaction.query("select count(*) from t").decode(Int.self)
                #expect(answer1 == [100_001])
            }
            let row = try await client.query("select label, score, tags from t where id = 99998").first
            let (label, score, tags) = try #require(row).decode((String, Double, [String?]).self)
            #expect(label == "row 99998")
            #expect(score == 49_999)
            #expect(tags == ["a", nil])
            let answer2 = try await client.query("select count(*) from t where label is null").decode(Int.self)
            #expect(answer2 == [33_335])
        }
    }

    @Test("Many batches a little larger than what is handed over at once all arrive; none waits for room that was there already")
    func manyMedium() async throws {
        try await withClient { client in
            try await client.execute("create unlogged table t (id bigint, label text)")
            let label = String(repeating: "x", count: 150)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<100 {
                            var rows = CopyWriter()
                            for id in 0..<2_000 { rows.append(Int64(id), label) }
                            let batch = rows
                            try await client.transaction { transaction in
                                _ = try await transaction.copy(into: "t", columns: ["id", "label"], rows: batch)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await client.query("select count(*) from t").decode(Int.self) == [800_000])
        }
    }

    @Test("a violation in the data names its constraint, and the connection is usable after the rollback")
    func violation() async throws {
        try await withClient {
            $0.poolSize = 1...1
        } _: { client in
            try await client.execute("create table t (id int8 constraint t_pkey primary key)")
            let error = await postgresError {
                try await client.transaction { transaction in
                    var rows = CopyWriter()
                    for id in 0..<100_000 { rows.append(Int64(id == 50_000 ? 0 : id)) }
                    return try await transaction.copy(into: "t", columns: ["id"], rows: rows)
                }
            }
            #expect(error?.constraint == "t_pkey")
            let answer3 = try await client.query("select count(*) from t", access: .write).decode(Int.self)
            #expect(answer3 == [0])
        }
    }

    @Test("a failed COPY in a savepoint leaves the transaction usable")
    func savepoint() async throws {
        try await withClient { client in
            try await client.execute("create table t (id int8 primary key)")
            try await client.transaction { transaction in
                let error = await postgresError {
                    try await transaction.savepoint { inner in
                        var rows = CopyWriter()
                        rows.append(1 as Int64)
                        rows.append(1 as Int64)
                        return try await inner.copy(into: "t", columns: ["id"], rows: rows)
                    }
                }
                #expect(error?.isUniqueViolation == true)
                try await transaction.execute("insert into t values (7)")
            }
            let answer4 = try await client.query("select id from t").decode(Int.self)
            #expect(answer4 == [7])
        }
    }

    @Test("rows written value by value are padded with NULL, surplus values ignored")
    func rowByRow() async throws {
        try await withClient { client in
            try await client.execute("create table t (a int8, b text)")
            try await client.transaction { transaction in
                var rows = CopyWriter()
                rows.row(2) { $0.append(1 as Int64) }
                rows.row(2) {
                    $0.append(2 as Int64)
                    $0.append("x")
                    $0.append(true)
                }
                try await transaction.copy(into: "t", columns: ["a", "b"], rows: rows)
            }
            let rows = try await client.query("select a, b from t order by a").decode((Int, String?).self)
            #expect(rows.map(\.0) == [1, 2])
            #expect(rows.map(\.1) == [nil, "x"])
        }
    }

    @Test("rows of another width are refused before sending, no rows are no work")
    func shape() async throws {
        try await withClient { client in
            try await client.execute("create table t (a int8, b text)")
            try await client.transaction { transaction async throws in
                #expect(try await transaction.copy(into: "t", columns: ["a"], rows: CopyWriter()) == 0)
                var rows = CopyWriter()
                rows.append(1 as Int64, "x")
                rows.append(1 as Int64)
                rows.append(1 as Int64)
                #expect(await postgresError { try await transaction.copy(into: "t", columns: ["a"], rows: rows) }?.kind == "request")
                let answer5 = try await transaction.query("select 1").decode(Int.self)
                #expect(answer5 == [1])
            }
        }
    }

    @Test("a table that does not exist fails the COPY before data is sent")
    func missingTable() async throws {
        try await withClient { client in
            let error = await postgresError {
                try await client.transaction { transaction in
                    var rows = CopyWriter()
                    rows.append(1 as Int64)
                    return try await transaction.copy(into: "absent", columns: ["a"], rows: rows)
                }
            }
            #expect(error?.sqlState == .undefinedTable)
        }
    }
}
