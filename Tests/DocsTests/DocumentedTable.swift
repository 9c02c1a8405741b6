import Foundation
import Testing

/// A table of a document, between the lines `<!-- table NAME -->` and `<!-- end -->`.
struct DocumentedTable {
    let document: String
    let name: String

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private func range(in text: String) throws -> Range<String.Index> {
        let mark = "<!-- table \(name) -->\n"
        guard let start = text.range(of: mark), let end = text.range(of: "\n<!-- end -->", range: start.upperBound..<text.endIndex) else {
            throw Missing(description: "\(document) has no table between '<!-- table \(name) -->' and '<!-- end -->'")
        }
        return start.upperBound..<end.lowerBound
    }

    /// Compares the whole table with what the code says; with `WRITE_DOCS=1` in the environment (`scripts/docs`) it is written instead.
    func expect(_ rows: [[String]]) throws {
        let columns = rows[0].count
        var lines = rows.map { "| " + $0.map(Self.cell).joined(separator: " | ") + " |" }
        lines.insert("|" + String(repeating: "---|", count: columns), at: 1)
        let wanted = lines.joined(separator: "\n")
        var text = try Repository.text(document)
        let range = try range(in: text)
        guard text[range] != wanted else { return }
        guard ProcessInfo.processInfo.environment["WRITE_DOCS"] == "1" else {
            Issue.record("\(document) does not tell what the code does; `scripts/docs` writes this table:\n\(wanted)")
            return
        }
        text.replaceSubrange(range, with: wanted)
        try text.write(to: Repository.root.appendingPathComponent(document), atomically: true, encoding: .utf8)
    }

    /// Compares the names in the first column of a table whose other columns are written by hand.
    func expectNames(_ wanted: Set<String>) throws {
        let text = try Repository.text(document)
        let lines = text[try range(in: text)].split(separator: "\n").dropFirst(2)
        let names = lines.compactMap { $0.split(separator: "`", omittingEmptySubsequences: false).dropFirst().first.map(String.init) }
        #expect(names.count == lines.count, "each row of \(document), table \(name), begins with a name in backticks")
        #expect(Set(names).count == names.count, "\(document), table \(name), has a row twice")
        let missing = wanted.subtracting(names).sorted()
        #expect(missing == [], "add to \(document), table \(name): \(missing.map { "| `\($0)` | … |" }.joined(separator: "\n"))")
        let surplus = Set(names).subtracting(wanted).sorted()
        #expect(surplus == [], "\(document), table \(name), names what the code does not know")
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
}
