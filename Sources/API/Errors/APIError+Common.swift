import HTTPTypes

extension APIError {
    /// 422 with a list of faults.
    public static func validation(_ faults: [FieldFault]) -> APIError {
        APIError(.unprocessableContent, "validation_error", "Some of the submitted values are not valid.", faults: faults)
    }

    /// 422 with one fault.
    public static func validation(_ field: String, _ code: FaultCode, _ message: String) -> APIError {
        validation([FieldFault(field: field, code: code, message: message)])
    }

    /// 400: the body is not acceptable JSON.
    public static let malformedJSON = APIError(.badRequest, "malformed_json", "The request body is not valid JSON.")

    /// 400 for a combination of parameters that makes no sense.
    public static func badRequest(_ detail: String = "The request cannot be understood.") -> APIError {
        APIError(.badRequest, "bad_request", detail)
    }

    /// 401 with the challenge the standard demands.
    ///
    /// - Parameter hadToken: whether a token was given, which the challenge then calls invalid (RFC 6750 §3.1).
    public static func unauthorized(
        _ code: String = "unauthorized",
        _ detail: String = "Sign in to use this.",
        hadToken: Bool = false
    ) -> APIError {
        APIError(.unauthorized, code, detail, headers: [.wwwAuthenticate: hadToken ? "Bearer error=\"invalid_token\"" : "Bearer"])
    }

    /// 403.
    public static func forbidden(_ code: String = "forbidden", _ detail: String = "You are not allowed to do this.") -> APIError {
        APIError(.forbidden, code, detail)
    }

    /// 404 for a thing, or for an unknown path.
    public static func notFound(_ code: String = "not_found", _ detail: String = "There is nothing here.") -> APIError {
        APIError(.notFound, code, detail)
    }

    /// 405 with the methods that exist.
    static func methodNotAllowed(allow: String) -> APIError {
        APIError(.methodNotAllowed, "method_not_allowed", "This method is not available here.", headers: [.allow: allow])
    }

    /// 409: the state of things does not permit this.
    public static func conflict(_ code: String, _ detail: String) -> APIError {
        APIError(.conflict, code, detail)
    }

    /// 410: the thing was there once.
    public static func gone(_ code: String, _ detail: String) -> APIError {
        APIError(.gone, code, detail)
    }

    /// 413; the connection is closed, because the rest of the body is not read.
    static let payloadTooLarge = APIError(
        .contentTooLarge,
        "payload_too_large",
        "The request body is too large.",
        headers: [.connection: "close"]
    )

    /// 408 for a body that does not arrive in time; the connection is closed, because the rest of it is not awaited.
    static let requestTimeout = APIError(
        .requestTimeout,
        "request_timeout",
        "The request did not arrive in time.",
        headers: [.connection: "close"]
    )

    /// 400 for a body that breaks off or is not sent as HTTP demands.
    static let brokenBody = APIError(
        .badRequest,
        "bad_request",
        "The request cannot be understood.",
        headers: [.connection: "close"]
    )

    /// 415.
    static let unsupportedMediaType = APIError(
        .unsupportedMediaType,
        "unsupported_media_type",
        "The request body must be JSON (application/json, UTF-8, not compressed)."
    )

    /// 429 with the wait in whole seconds.
    public static func rateLimited(
        retryAfterSeconds: Int,
        code: String = "rate_limited",
        detail: String = "Too many requests. Please wait a moment."
    ) -> APIError {
        APIError(.tooManyRequests, code, detail).retryAfter(seconds: retryAfterSeconds)
    }

    /// 500 with constant text, for everything that was not foreseen.
    public static let internalError = APIError(.internalServerError, "internal_error", "Something went wrong on our side.")

    /// 503: a dependency is missing or overloaded.
    public static func unavailable(
        _ code: String = "busy",
        _ detail: String = "The service is busy. Please try again in a moment.",
        retryAfterSeconds: Int = 1
    ) -> APIError {
        APIError(.serviceUnavailable, code, detail).retryAfter(seconds: retryAfterSeconds)
    }
}
