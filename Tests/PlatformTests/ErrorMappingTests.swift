import API
import HTTPTypes
import Logging
import Postgres
import Redis
import Testing

@testable import Platform

/// Spec 01 §6.
@Suite("Error mapping")
struct ErrorMappingTests {
    private struct Unforeseen: Error {}

    private let mapping = ErrorMapping(
        constraints: ConstraintErrors(joining: [
            ConstraintErrors(["users_email_key": .conflict("email_taken", "This e-mail address is taken.")]),
            ConstraintErrors(["workers_user_fk": .notFound("user_not_found", "There is no such user.")]),
        ]),
        random: .system,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )

    private func server(_ state: SQLState, _ constraint: String? = nil) -> PostgresError {
        .server(ServerError(sqlState: state, message: "", constraint: constraint))
    }

    private func answer(_ error: any Error) -> String {
        let answer = mapping.apiError(for: error, requestID: "test-request")
        return "\(answer.status.code) \(answer.code)"
    }

    @Test("A violated constraint is the conflict its feature has named, or a general one")
    func constraints() {
        #expect(answer(server(.uniqueViolation, "users_email_key")) == "409 email_taken")
        #expect(answer(server(.uniqueViolation, "another_key")) == "409 conflict")
        #expect(answer(server(.foreignKeyViolation, "workers_user_fk")) == "404 user_not_found")
        #expect(answer(server(.foreignKeyViolation, "another_fk")) == "409 conflict")
        #expect(answer(server(.checkViolation, "users_auth_method_known")) == "500 internal_error")
        #expect(answer(server(.notNullViolation)) == "500 internal_error")
    }

    @Test("Whatever a dependency does, the answer is busy and says when to come back; everything else is constant")
    func dependencies() {
        let busy: [any Error] = [
            PostgresError.unavailable, PostgresError.acquireTimeout, PostgresError.timeout, PostgresError.connectionLost,
            server(.deadlockDetected), server(.serializationFailure), server(.lockNotAvailable), RedisError.unavailable, RedisError.timeout,
            CancellationError(),
        ]
        for error in busy {
            #expect(answer(error) == "503 busy")
            #expect(mapping.apiError(for: error, requestID: "").headers[.retryAfter] == "1")
        }
        #expect(answer(Unforeseen()) == "500 internal_error")
    }

    @Test("Only lost races are tried again, three times in all")
    func retries() async {
        for error in [server(.deadlockDetected), server(.serializationFailure)] {
            #expect(await mapping.shouldRetry(error, attempt: 1))
            #expect(await mapping.shouldRetry(error, attempt: 2))
            #expect(await !mapping.shouldRetry(error, attempt: 3))
        }
        #expect(await !mapping.shouldRetry(server(.uniqueViolation), attempt: 1))
        #expect(await !mapping.shouldRetry(PostgresError.timeout, attempt: 1))
        #expect(await !mapping.shouldRetry(Unforeseen(), attempt: 1))
    }
}

/// Spec 11 §12.
@Suite("Security headers")
struct SecurityHeadersTests {
    @Test("Transport security is demanded in production only, and what an answer brings itself stays")
    func headers() {
        var plain = HTTPFields()
        SecurityHeaders.add(to: &plain, isProduction: false)
        #expect(plain[.strictTransportSecurity] == nil)
        #expect(plain[.cacheControl] == "no-store")
        var page: HTTPFields = [.contentSecurityPolicy: "default-src 'self'", .cacheControl: "public, max-age=300"]
        SecurityHeaders.add(to: &page, isProduction: true)
        #expect(page[.strictTransportSecurity] == "max-age=31536000; includeSubDomains")
        #expect(page[values: .contentSecurityPolicy] == ["default-src 'self'"])
        #expect(page[values: .cacheControl] == ["public, max-age=300"])
    }
}
