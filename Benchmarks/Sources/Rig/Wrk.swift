import LocalServers

/// One run of wrk(1), the HTTP load generator: as many requests as 64 connections can have answered.
struct Wrk {
    let requestsPerSecond: Double
    /// 99 of 100 requests were answered within, in milliseconds.
    let p99: Double

    /// - Throws: when any answer was not 2xx, or any connection failed: such a run measures something else.
    static func run(_ url: String, seconds: Int, connections: Int = 64, headers: [String] = []) async throws -> Wrk {
        let arguments =
            ["-t2", "-c\(connections)", "-d\(seconds)s", "--latency"] + headers.flatMap { ["-H", $0] } + [url]
        let text = try await Command(try Programs.find("wrk"), arguments).runSuccessfully()
        guard !text.contains("Non-2xx"), !text.contains("Socket errors") else {
            throw BenchmarkFailure("\(url) failed under load:\n\(text)")
        }
        guard let rate = word(after: "Requests/sec:", in: text).flatMap(Double.init),
            let p99 = word(after: "99%", in: text).flatMap(milliseconds)
        else { throw BenchmarkFailure("wrk printed something unknown:\n\(text)") }
        return Wrk(requestsPerSecond: rate, p99: p99)
    }

    private static func word(after label: String, in text: String) -> String? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == label { return String(words[1]) }
        }
        return nil
    }

    private static func milliseconds(_ text: String) -> Double? {
        let units: [(unit: String, factor: Double)] = [("us", 0.001), ("ms", 1), ("s", 1_000), ("m", 60_000)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            return Double(text.dropLast(unit.count)).map { $0 * factor }
        }
        return nil
    }
}
