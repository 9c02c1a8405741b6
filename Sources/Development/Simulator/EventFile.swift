import Foundation

/// A file of datagrams, one a line, played into a collector (`tbg simulate --file`). Lines are sent as they are; where a line names a time,
/// the gaps between times are kept.
public struct EventFile: Sendable {
    /// A line and how long after the first it is due, microseconds; nil where it names no time and follows the line before at once.
    public struct Line: Sendable, Equatable {
        /// The datagram.
        public let text: String
        /// Microseconds after the first time of the file.
        public let offset: Int64?
    }

    /// The lines that are not empty.
    public let lines: [Line]

    /// Reads a file.
    /// - Throws: what the file system says.
    public init(path: String) throws {
        self.init(text: try String(contentsOfFile: path, encoding: .utf8))
    }

    /// Takes the text of a file.
    public init(text: String) {
        var first: Int64?
        lines = text.split(separator: "\n", omittingEmptySubsequences: true).map { line in
            let time = Self.time(of: line)
            if first == nil { first = time }
            return Line(text: String(line), offset: time.flatMap { time in first.map { time - $0 } })
        }
    }

    /// The member `ts` or `timestamp` in Unix seconds, wherever it stands. The line need not be valid JSON: files may hold faults on purpose.
    private static func time(of line: Substring) -> Int64? {
        for name in ["\"ts\":", "\"timestamp\":"] {
            guard let start = line.range(of: name)?.upperBound else { continue }
            let digits = line[start...].drop { $0 == " " }.prefix { $0.isNumber || $0 == "." }
            if let seconds = Double(digits), seconds > 0 { return Int64(seconds * 1_000_000) }
        }
        return nil
    }
}
