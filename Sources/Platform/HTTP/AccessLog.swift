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
        var members: Logger.Metadata = [
            "event": "request", "request_id": .string(context.requestID), "method": .string(Self.knownMethod(request.method)),
            "route": .string(route),
            "status": .stringConvertible(response.status.code), "duration_ms": .stringConvertible(Double(time.nanoseconds / 1000) / 1000),
            "bytes": .stringConvertible(response.body.contentLength ?? 0),
        ]
        if let client = context.facts.client { members["ip"] = .string(client.truncated) }
        if let user = context.facts.user { members["user_id"] = .string(user.description) }
        if let code = context.facts.errorCode { members["error_code"] = .string(code) }
        logger.log(level: level, "request", metadata: members)
    }

    /// A request that was refused before any route could see it; of its method and path nothing is known.
    func rejected(_ error: APIError, requestID: String, bytes: Int) {
        metrics.observe(method: nil, handler: "unmatched", status: error.status.code, time: .zero)
        logger.log(
            level: Self.level(error.status.code, "unmatched", .zero),
            "request",
            metadata: [
                "event": "request", "request_id": .string(requestID), "method": "OTHER", "route": "unmatched",
                "status": .stringConvertible(error.status.code), "duration_ms": .stringConvertible(0.0), "bytes": .stringConvertible(bytes),
                "error_code": .string(error.code),
            ]
        )
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
            let dimensions = [("method", series.method), ("handler", handler)]
            var found = all[series] ?? Handles(duration: Timer(label: "http_request_duration_seconds", dimensions: dimensions))
            let counter =
                found.byStatus[status] ?? Counter(label: "http_requests_total", dimensions: dimensions + [("status", String(status))])
            if found.byStatus[status] == nil {
                found.byStatus[status] = counter
                all[series] = found
            }
            return (found.duration, counter)
        }
        timer.recordNanoseconds(time.nanoseconds)
        counter.increment()
    }
}
