import Postgres
import Testing

@Suite("SQL")
struct SQLTests {
    @Test("every interpolated value becomes a numbered parameter")
    func parameters() {
        let sql: SQL = "select \(1), \("o'neil; drop table users") from t where a = \(nil as Int?)"
        #expect(sql.text == "select $1, $2 from t where a = $3")
        #expect(sql.parameterCount == 3)
    }

    @Test("a literal has no parameters")
    func literal() {
        let sql: SQL = "select 1"
        #expect(sql.text == "select 1")
        #expect(sql.parameterCount == 0)
    }

    @Test("a nested fragment keeps its parameters, numbered in order")
    func nesting() {
        let filter: SQL = "a = \(1) and b = \(2)"
        let sql: SQL = "select \(0) from t where \(sql: filter) limit \(3)"
        #expect(sql.text == "select $1 from t where a = $2 and b = $3 limit $4")
        #expect(sql.parameterCount == 4)
    }

    @Test("statements add up")
    func addition() {
        var sql: SQL = "select \(1)"
        sql += " where \(true)"
        #expect((sql + " limit \(5)").text == "select $1 where $2 limit $3")
    }

    @Test(
        "an identifier is quoted, whatever it contains",
        arguments: [("users", "\"users\""), ("a\"b", "\"a\"\"b\""), ("x; drop", "\"x; drop\""), ("n\0ul", "\"nul\""), ("", "\"\"")]
    )
    func identifiers(name: String, quoted: String) {
        let sql: SQL = "table \(identifier: name)"
        #expect(sql.text == "table " + quoted)
    }

    @Test(
        "a string constant is quoted, whatever it contains",
        arguments: [("2026-03-01", "'2026-03-01'"), ("o'neil", "'o''neil'"), (#"\'"#, #" E'\\'''"#), ("", "''")]
    )
    func constants(text: String, quoted: String) {
        let sql: SQL = "values (\(literal: text))"
        #expect(sql.text == "values (\(quoted))")
    }

    @Test("a description holds the numbers of its parameters and never their values")
    func description() {
        let sql: SQL = "select \("secret")"
        #expect("\(sql)" == "select $1")
        #expect(!String(describing: sql.named("s")).contains("secret"))
    }
}
