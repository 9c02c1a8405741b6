import Crypto
import Foundation

/// One numbered, immutable SQL step, embedded in the binary (spec 01 §10.1).
///
/// A step runs in one transaction, unless its first line is `-- no-transaction`: then its statements, each ending with a semicolon at the
/// end of a line, are run one by one, and the step must be written so that it can be run again after it stopped anywhere.
package struct Migration: Sendable, Equatable {
    /// Position in the order; never reused.
    package let version: Int
    /// What the step is about, from its file name.
    package let name: String
    /// The SQL text.
    package let text: String
    /// SHA-256 of the text, hexadecimal.
    package let checksum: String

    package init(version: Int, name: String, text: String) {
        self.version = version
        self.name = name
        self.text = text
        self.checksum = Hex.encode(SHA256.hash(data: Data(text.utf8)))
    }

    /// Every step this binary knows, oldest first.
    package static let all: [Migration] = [
        Migration(version: 1, name: "baseline", text: String(decoding: PackageResources._001_baseline_sql, as: UTF8.self)),
        Migration(version: 2, name: "accounts", text: String(decoding: PackageResources._002_accounts_sql, as: UTF8.self)),
        Migration(version: 3, name: "dashboard", text: String(decoding: PackageResources._003_dashboard_sql, as: UTF8.self)),
        Migration(version: 4, name: "gamification", text: String(decoding: PackageResources._004_gamification_sql, as: UTF8.self)),
        Migration(version: 5, name: "rejects", text: String(decoding: PackageResources._005_rejects_sql, as: UTF8.self)),
        Migration(version: 6, name: "days", text: String(decoding: PackageResources._006_days_sql, as: UTF8.self)),
        Migration(version: 7, name: "summary", text: String(decoding: PackageResources._007_summary_sql, as: UTF8.self)),
        Migration(version: 8, name: "active_weeks", text: String(decoding: PackageResources._008_active_weeks_sql, as: UTF8.self)),
    ]

    /// Whether the step runs in a transaction. Concurrent index builds cannot.
    var isTransactional: Bool { !text.hasPrefix("-- no-transaction\n") }

    /// The statements of a step without transaction.
    var statements: [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var statements: [String] = []
        var current = ""
        for line in lines where !line.hasPrefix("--") {
            current += line + "\n"
            guard line.hasSuffix(";") else { continue }
            statements.append(current)
            current = ""
        }
        if !current.allSatisfy(\.isWhitespace) { statements.append(current) }
        return statements
    }
}
