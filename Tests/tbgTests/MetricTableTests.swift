import Foundation
import Prometheus
import Testing

@testable import Platform

/// The table of metrics and the code agree (spec 11 §8).
@Suite("Metric table")
struct MetricTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every literal metric name in the sources, and what prefixes make.
    private static func reported() throws -> Set<String> {
        var names: Set<String> = []
        let prefixed = ["Postgres": "tbg_db", "Redis": "tbg_redis", "Scheduler": "tbg_"]
        let sources = root.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        while let file = files.nextObject() as? URL {
            guard file.pathExtension == "swift", file.lastPathComponent != "MetricTable.swift" else { continue }
            let room = file.path.dropFirst(sources.path.count + 1).prefix { $0 != "/" }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /"((?:tbg|http|process)_[a-z_]+)"/) { names.insert(String(match.1)) }
            guard let prefix = prefixed[String(room)] else { continue }
            for match in text.matches(of: /(?:Counter|Gauge|Timer|Recorder)\(\s*label: (?:"\\\(prefix\)|prefix \+ ")([a-z_]+)"/) {
                names.insert(prefix + match.1)
            }
            for match in text.matches(of: /label = prefix \+ "([a-z_]+)"/) { names.insert(prefix + match.1) }
        }
        // Words of the same form that are no metrics: prefixes, and names of other things.
        return names.filter { !$0.hasSuffix("_") }.subtracting(["tbg_db", "tbg_redis"])
    }

    @Test("What the code reports is in the table, and what the table names is reported")
    func agreement() throws {
        let declared = Set(MetricTable.all.map(\.name))
        let reported = try Self.reported()
        #expect(reported.count > 20)
        #expect(reported.subtracting(declared).sorted() == [], "reported, but not in MetricTable")
        #expect(declared.subtracting(reported).sorted() == [], "in MetricTable, but nowhere reported")
    }

    @Test("Names are unique and follow the custom: counters end in _total")
    func names() {
        #expect(Set(MetricTable.all.map(\.name)).count == MetricTable.all.count)
        for metric in MetricTable.all {
            #expect((metric.type == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
        }
    }
}
