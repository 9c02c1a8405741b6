import Testing

@testable import Postgres

@Suite("StatementKey")
struct StatementKeyTests {
    private func byID(_ id: some PostgresEncodable) -> SQL { "select * from t where id = \(id)" }

    @Test("the same statement with other values is the same key")
    func values() {
        #expect(StatementKey(byID(1)) == StatementKey(byID(2)))
        #expect(StatementKey(byID(1)).hashValue == StatementKey(byID(2)).hashValue)
    }

    @Test("the same text with other parameter types is another key")
    func types() {
        #expect(StatementKey(byID(1 as Int64)) != StatementKey(byID(1 as Int32)))
    }

    @Test("other text is another key")
    func text() {
        #expect(StatementKey("select 1") != StatementKey("select 2"))
        #expect(StatementKey("a \(identifier: "x")") != StatementKey("a \(identifier: "y")"))
    }

    @Test("a value and a quoted constant are different statements")
    func kinds() {
        func bound(_ flag: Bool) -> SQL { flag ? "select \("x")" : "select \(literal: "x")" }
        #expect(StatementKey(bound(true)) != StatementKey(bound(false)))
    }

    @Test(
        "the first word tells reads from writes",
        arguments: [
            ("select 1" as SQL, true), ("  SELECT 1", true), ("\n(select 1)", true), ("with a as (select 1) table a", true),
            ("values (1)", true),
            ("show all", true), ("explain select 1", true), ("insert into t values (1)", false), ("update t set a = 1", false),
            ("delete from t", false), ("selection", false), ("", false), ("truncate t", false), ("create table t ()", false),
        ]
    )
    func reads(sql: SQL, isRead: Bool) {
        #expect(sql.isRead == isRead)
    }
}
