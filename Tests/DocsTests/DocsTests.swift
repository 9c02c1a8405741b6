import Foundation
import Bitcoin
import GameRules
import Platform
import Prometheus
import Testing

@testable import Feed
@testable import Mining

@Suite("The documents tell what the code does")
struct DocsTests {
    @Test("docs/configuration.md lists every variable with its default and meaning")
    func configuration() throws {
        let rows = Settings.variables.map { variable in
            // The default is this machine's name.
            let fallback = variable.name == "TBG_NODE_ID" ? "the host's name" : Self.code(variable.defaultText)
            return [Self.code(variable.name), fallback, variable.meaning + (variable.isSecret ? " (secret)" : "")]
        }
        try DocumentedTable(document: "docs/configuration.md", name: "variables").expect([["Variable", "Default", "Meaning"]] + rows)
    }

    @Test("docs/metrics.md lists every metric with its type and labels")
    func metrics() throws {
        let rows = MetricTable.all.map { metric in
            [Self.code(metric.name), "\(metric.type)", metric.labels.map(Self.code).joined(separator: ", "), metric.help]
        }
        try DocumentedTable(document: "docs/metrics.md", name: "metrics").expect([["Metric", "Type", "Labels", "Meaning"]] + rows)
    }

    @Test("docs/events.md lists every event's streams")
    func streams() throws {
        let rows = EventKind.allCases.map { kind in
            [Self.code(kind.rawValue), Self.code(kind.stream), Self.code(kind.stream + ":dead"), kind.isCritical ? "critical" : "bulk"]
        }
        try DocumentedTable(document: "docs/events.md", name: "streams").expect([["Event", "Stream", "Dead letters", "Queue"]] + rows)
    }

    @Test("docs/events.md lists every reason for a dead letter")
    func reasons() throws {
        let rejections = try Repository.matches(#"EventRejection\("([^"]+)""#, below: "Sources/Mining").map { reason in
            reason.replacing(#"\(member)"#, with: "<member>").replacing("out_of_range_", with: "out_of_range_<member>")
                .replacing("<member><member>", with: "<member>")
        }
        let others = try Repository.matches(#"DeadEntry\([^"]*reason: "([a-z_]+)""#, below: "Sources")
        try DocumentedTable(document: "docs/events.md", name: "reasons").expectNames(Set(rejections).union(others))
    }

    @Test("the datagrams shown in docs/events.md are understood, each in its dialect")
    func dialects() throws {
        let blocks = try Repository.text("docs/events.md").components(separatedBy: "```json datagram\n").dropFirst()
        let datagrams = blocks.compactMap { $0.components(separatedBy: "\n```").first }
        let parser = DatagramParser(network: .mainnet, random: .system)
        #expect(datagrams.count == 3)
        var shares: [EventPayload?] = []
        for datagram in datagrams {
            let parsed = try Array(datagram.utf8).withUnsafeBytes { bytes throws in
                try parser.parse(bytes, receivedAt: Instant(secondsSinceUnixEpoch: 1_771_804_800))
            }
            #expect(parsed.name == "share_submitted")
            shares.append(parsed.payload)
        }
        for share in shares.dropFirst() { #expect(share == shares[0], "the three say the same") }
    }

    @Test("docs/events.md lists the channels of the socket and its error codes")
    func socket() throws {
        try DocumentedTable(document: "docs/events.md", name: "channels").expectNames(Set(RealtimeChannel.allCases.map(\.rawValue)))
        let faults: [FrameFault] = [.invalidJSON, .tooLarge, .rateLimited, .unknownAction(""), .invalidChannel("")]
        try DocumentedTable(document: "docs/events.md", name: "socket errors").expectNames(Set(faults.map(\.code.description)))
    }

    @Test("docs/events.md lists every event of the log")
    func logEvents() throws {
        let names = try Repository.matches(#""event": *(?:\.string\()?"([a-z0-9_.]+)""#, below: "Sources")
        #expect(names.count > 10)
        try DocumentedTable(document: "docs/events.md", name: "log events").expectNames(names)
    }

    private static func code(_ text: String) -> String { text.isEmpty ? "" : "`\(text)`" }
}
