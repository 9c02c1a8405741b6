import Postgres
import Testing

@Suite("PostgresError")
struct ErrorTests {
    private func server(_ state: SQLState, _ message: String = "quotes secret-value") -> PostgresError {
        .server(ServerError(sqlState: state, message: message, table: "users", constraint: "users_email_key"))
    }

    @Test("descriptions name state, constraint and table, and hold no message that may quote values")
    func privacy() {
        for state in [SQLState.uniqueViolation, "22P02", "P0001", "XX000", "23514"] {
            for text in ["\(server(state))", String(reflecting: server(state)), "\(server(state).serverError as Any)"] {
                #expect(text.contains(state.code))
                #expect(text.contains("users_email_key"))
                #expect(!text.contains("secret-value"))
            }
            var dumped = ""
            dump(server(state), to: &dumped)
            #expect(!dumped.contains("secret-value"))
        }
        #expect("\(server(.undefinedTable, "relation \"t\" does not exist"))".contains("relation \"t\" does not exist"))
    }

    @Test("conditions have their names")
    func conditions() {
        #expect(server(.uniqueViolation).isUniqueViolation)
        #expect(server(.foreignKeyViolation).isForeignKeyViolation)
        #expect(server(.checkViolation).isCheckViolation)
        #expect(server(.deadlockDetected).isDeadlock)
        #expect(server(.serializationFailure).isSerializationFailure)
        #expect(server(.uniqueViolation).constraint == "users_email_key")
        #expect(PostgresError.timeout.sqlState == nil)
    }

    @Test("faults of the database are told from faults of the statement")
    func availability() {
        for error in [
            PostgresError.unavailable, .connectionLost, .acquireTimeout, .timeout, server("53300"), server("57P03"), server("55P03"),
        ] {
            #expect(error.isUnavailable)
        }
        for error in [PostgresError.closed, server(.uniqueViolation), server("42601"), .transactionAborted] {
            #expect(!error.isUnavailable)
        }
    }

    @Test("every error has a kind and a sentence of its own")
    func kinds() {
        let errors: [PostgresError] = [
            server(.uniqueViolation), server(.foreignKeyViolation), server(.checkViolation), server(.notNullViolation),
            server(.deadlockDetected),
            server(.serializationFailure), server(.lockNotAvailable), server("42601"), .unavailable, .connectionLost, .acquireTimeout,
            .timeout,
            .decoding(PostgresDecodingError(column: 2, typeOID: 25, reason: .null)), .transactionAborted, .closed,
            .invalidConfiguration("port"),
            .invalidRequest("x"),
        ]
        #expect(Set(errors.map(\.kind)).count == errors.count)
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}
