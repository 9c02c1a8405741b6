import API
import Metrics

/// Counts what becomes of attempts to get in: `tbg_auth_events_total{method,result}` (spec 02 §14).
package struct AuthEvents: Sendable {
    /// What was tried.
    package enum Method: String, Sendable {
        case wallet, email, refresh, link, password
        case registration = "register"
    }

    package init() {}

    /// Runs an attempt and counts it as a success or under the code of its refusal. Failures of the service itself count as `error`.
    package func counting<Value: Sendable>(_ method: Method, _ attempt: () async throws -> Value) async throws -> Value {
        do {
            let value = try await attempt()
            count(method, "success")
            return value
        } catch {
            count(method, (error as? APIError)?.code ?? "error")
            throw error
        }
    }

    private func count(_ method: Method, _ result: String) {
        Counter(label: "tbg_auth_events_total", dimensions: [("method", method.rawValue), ("result", result)]).increment()
    }
}
