import Postgres
import Testing

@Suite("Statements")
struct StatementTests {
    @Test("an interpolated value becomes a numbered parameter")
    func parameters() {
        let sql: SQL = "select \(1), \("a'b")"
        #expect(sql.text == "select $1, $2")
    }
}
