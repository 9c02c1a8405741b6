import Testing

@testable import Postgres

@Suite("PostgresConfiguration")
struct ConfigurationTests {
    private func keywords(_ url: String) throws -> [String: String] { try ConnectionURL(url).keywords }

    @Test("a full URL is taken apart")
    func full() throws {
        let parts = try keywords("postgresql://us%40er:p%3Aw@db.example.org:6543/name?sslmode=verify-full&application_name=x")
        #expect(
            parts == [
                "user": "us@er", "password": "p:w", "host": "db.example.org", "port": "6543", "dbname": "name", "sslmode": "verify-full",
                "application_name": "x",
            ]
        )
    }

    @Test("a driver suffix of the scheme is ignored", arguments: ["postgres+asyncpg://h/d", "postgresql+psycopg://h/d", "POSTGRES://h/d"])
    func driver(url: String) throws {
        #expect(try keywords(url) == ["host": "h", "dbname": "d"])
    }

    @Test("a socket directory is named by parameter or in the host's place")
    func sockets() throws {
        #expect(try keywords("postgres://u@/d?host=/run/pg") == ["user": "u", "host": "/run/pg", "dbname": "d"])
        #expect(try keywords("postgres://u@localhost/d?host=/run/pg")["host"] == "/run/pg")
        #expect(try keywords("postgres://u@%2Frun%2Fpg/d")["host"] == "/run/pg")
    }

    @Test("addresses of IPv6 stand in brackets")
    func brackets() throws {
        #expect(try keywords("postgres://[::1]:5433/d") == ["host": "::1", "port": "5433", "dbname": "d"])
        #expect(try keywords("postgres://[::1]/d")["host"] == "::1")
    }

    @Test(
        "what is malformed is named, never quoted",
        arguments: [
            ("mysql://h/d", "scheme"), ("h/d", "scheme"), ("postgres://h:x/d", "port"), ("postgres://h:0/d", "port"),
            ("postgres://h:70000/d", "port"),
            ("postgres://[::1/d", "host"), ("postgres://u:%zz@h/d", "password"), ("postgres://h/%00", "dbname"),
            ("postgres://h/d?magic=1", "parameter magic"),
        ]
    )
    func malformed(url: String, part: String) {
        do {
            _ = try ConnectionURL(url)
            Issue.record("accepted")
        } catch {
            #expect(error.description == "invalid database configuration: \(part)")
        }
    }

    @Test("session settings travel with the start-up packet, and only readers are read-only")
    func settings() throws {
        var configuration = try PostgresConfiguration(url: "postgres://u:old@h/d", password: "new")
        configuration.statementTimeout = .seconds(120)
        let writer = Dictionary(uniqueKeysWithValues: configuration.keywords(isReadOnly: false))
        #expect(writer["password"] == "new")
        #expect(
            writer["options"]
                == "-c timezone=UTC -c jit=off -c statement_timeout=120000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
        )
        let reader = Dictionary(uniqueKeysWithValues: configuration.keywords(isReadOnly: true))
        #expect(reader["options"]?.contains("-c default_transaction_read_only=on -c plan_cache_mode=force_generic_plan") == true)
    }

    @Test("durations become the units of the wire")
    func durations() {
        #expect(Duration.milliseconds(1_500).wholeMilliseconds == 1_500)
        #expect(Duration.seconds(9_000_000).wholeMilliseconds == .max)
        #expect(Duration.microseconds(3).wholeNanoseconds == 3_000)
        #expect(Duration.seconds(-1).wholeNanoseconds == 0)
    }
}
