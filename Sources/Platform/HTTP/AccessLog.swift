import API
import GameRules
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore
import Synchronization

/// One line and one observation a request (spec 01 §8, 11 §8, §16). Paths are templates; nothing a caller chose is a label.
struct AccessLog: Sendable {
    private static let slow = TimeAmount.milliseconds(500)
    /// Asked many times a minute by machines.
    private static let probes: Set<String> = ["/health", "/ready", "/version"]

    private let logger: Logger
    private let metrics = HTTPMetrics()

    init(logger: Logger) {
        self.logger = logger
    }

    func began() { metrics.inFlight(by: 1) }

    func ended(_ request: Request, _ response: Response, _ context: AppContext, after time: TimeAmount) {
        let endpoint = context.endpointPath
        let route = endpoint == nil || endpoint == "NotFound" ? "unmatched" : endpoint ?? "unmatched"
        metrics.inFlight(by: -1)
        metrics.observe(method: request.method, handler: route, status: response.status.code, time: time)

        let level = Self.level(response.status.code, route, time)
        guard level >= logger.logLevel else { return }
        let line = RequestLine(
            requestID: context.requestID,
            method: Self.knownMethod(request.method),
            route: route,
            status: response.status.code,
            microseconds: time.nanoseconds / 1000,
            bytes: response.body.contentLength ?? 0,
            client: context.facts.client?.truncated,
            user: context.facts.user,
            errorCode: context.facts.errorCode
        )
        write(line, level: level)
    }

    /// A request that was refused before any route could see it; of its method and path nothing is known.
    func rejected(_ error: APIError, requestID: String, bytes: Int) {
        metrics.observe(method: nil, handler: "unmatched", status: error.status.code, time: .zero)
        let line = RequestLine(
            requestID: requestID,
            method: "OTHER",
            route: "unmatched",
            status: error.status.code,
            microseconds: 0,
            bytes: bytes,
            client: nil,
            user: nil,
            errorCode: error.code
        )
        write(line, level: Self.level(error.status.code, "unmatched", .zero))
    }

    private func write(_ line: RequestLine, level: Logger.Level) {
        logger.log(level: level, "request", metadata: ["event": "request", "line": .stringConvertible(line)])
    }

    private static func level(_ status: Int, _ route: String, _ time: TimeAmount) -> Logger.Level {
        if status >= 500, status != 503 { return .error }
        if status == 503 || time > slow { return .warning }
        return probes.contains(route) ? .debug : .info
    }

    static func knownMethod(_ method: HTTPRequest.Method?) -> String {
        switch method ?? .trace {
        case .get, .head, .post, .put, .patch, .delete, .options: method?.rawValue ?? "OTHER"
        default: "OTHER"
        }
    }
}

/// What the line of a request says (11 §16).
private struct RequestLine: LogMembers {
    let requestID: String
    let method: String
    let route: String
    let status: Int
    let microseconds: Int64
    let bytes: Int
    /// Truncated.
    let client: String?
    let user: UserID?
    let errorCode: String?

    func write(to writer: inout JSONWriter) {
        writer.name("bytes")
        writer.integer(bytes)
        writer.name("duration_ms")
        writer.decimal(microseconds, fractionDigits: 3)
        if let errorCode {
            writer.name("error_code")
            writer.string(errorCode)
        }
        if let client {
            writer.name("ip")
            writer.string(client)
        }
        writer.name("method")
        writer.string(method)
        writer.name("request_id")
        writer.string(requestID)
        writer.name("route")
        writer.string(route)
        writer.name("status")
        writer.integer(status)
        if let user {
            writer.name("user_id")
            writer.integer(user.rawValue)
        }
    }

    var description: String {
        var text = "bytes=\(bytes) duration_ms=\(Double(microseconds) / 1000)"
        if let errorCode { text += " error_code=\(errorCode)" }
        if let client { text += " ip=\(client)" }
        text += " method=\(method) request_id=\(requestID) route=\(route) status=\(status)"
        if let user { text += " user_id=\(user)" }
        return text
    }
}

/// `http_requests_total`, `http_request_duration_seconds` and `tbg_http_in_flight`, with handles kept so that a request makes none.
final class HTTPMetrics: Sendable {
    private struct Series: Hashable {
        let method: String
        let handler: String
    }

    private struct Handles {
        let duration: Metrics.Timer
        var byStatus: [Int: Counter] = [:]
    }

    private let handles = Mutex<[Series: Handles]>([:])
    private let running = Atomic(0)
    private let gauge = Gauge(label: "tbg_http_in_flight")

    func inFlight(by change: Int) {
        gauge.record(running.add(change, ordering: .relaxed).newValue)
    }

    func observe(method: HTTPRequest.Method?, handler: String, status: Int, time: TimeAmount) {
        let series = Series(method: AccessLog.knownMethod(method), handler: handler)
        let (timer, counter) = handles.withLock { all -> (Metrics.Timer, Counter) in
            if let found = all[series], let counter = found.byStatus[status] { return (found.duration, counter) }
            let dimensions = [("method", series.method), ("handler", handler)]
            var found = all[series] ?? Handles(duration: Timer(label: "http_request_duration_seconds", dimensions: dimensions))
            let counter = Counter(label: "http_requests_total", dimensions: dimensions + [("status", String(status))])
            found.byStatus[status] = counter
            all[series] = found
            return (found.duration, counter)
        }
        timer.recordNanoseconds(time.nanoseconds)
        counter.increment()
    }
}
