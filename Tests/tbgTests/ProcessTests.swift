import API
import Foundation
import Glibc
import LocalServers
import Platform
import Postgres
import TestServers
import Testing

@testable import tbg

/// The program itself, started and stopped as an operator does (spec 01 §2, §14.17, §14.19; 11 §1, §3, §8, §12, §19.4, §19.15).
@Suite("The program", .serialized)
struct ProcessTests {
    // MARK: configuration

    @Test("A production with a missing key file and a wildcard origin ends with 78 and one message that names both")
    func refusedConfiguration() async throws {
        let output = try await Program.run(
            ["api"],
            ["ENVIRONMENT": "production", "CORS_ORIGINS": "*", "JWT_PRIVATE_KEY_FILE": "/nonexistent/hunter2.pem"]
        )
        #expect(output.status == .code(78))
        #expect(output.text.contains("TBG_JWT_PRIVATE_KEY_FILE") && output.text.contains("TBG_CORS_ORIGINS"))
        #expect(!output.text.contains("hunter2"))
        #expect(output.text.components(separatedBy: "configuration refused").count == 2)
    }

    @Test("config check prints what is in force, secrets as set or unset, and names unknown variables")
    func configCheck() async throws {
        let output = try await Program.run(
            ["config", "check"],
            ["PORT": "8123", "DATABASE_PASSWORD": "hunter2", "DATABASE_URL": "postgres://u:hunter2@h/d", "PROT": "1"]
        )
        #expect(output.status == .code(0))
        for line in ["TBG_PORT=8123", "TBG_DATABASE_PASSWORD=set", "TBG_REDIS_PASSWORD=unset", "unknown variable TBG_PROT"] {
            #expect(output.text.contains(line), "\(line)")
        }
        #expect(!output.text.contains("hunter2"))
    }

    @Test("openapi prints the document and nothing else on its output")
    func openAPI() async throws {
        let folder = try await TestServers.temporaryDirectory("openapi")
        let output = try await Command(
            "/bin/sh",
            ["-c", "'\(Program.path)' openapi > document.json"],
            environment: Program.environment([:]),
            workingDirectory: folder
        ).run()
        #expect(output.status == .code(0))
        let data = try Data(contentsOf: URL(filePath: folder + "/document.json"))
        #expect(try JSONParser().parse(Array(data))["openapi"] == "3.1.0")
    }

    // MARK: migrations

    @Test("migrate up, status and verify; a changed step ends with 65")
    func migrate() async throws {
        try await withDatabase { database in
            let variables = ["DATABASE_URL": database.url]
            let first = try await Program.run(["migrate", "up"], variables)
            #expect(first.status == .code(0) && first.text.contains("applied 1"))
            #expect(try await Program.run(["migrate", "up"], variables).text.contains("up to date"))
            #expect(try await Program.run(["migrate", "status"], variables).text.contains("1 baseline: applied"))
            let verified = try await Program.run(["migrate", "verify"], variables)
            #expect(verified.status == .code(0), "\(verified.text)")
            try await Psql().run("alter table users add column hand_made int", on: database.url)
            let different = try await Program.run(["migrate", "verify"], variables)
            #expect(different.status == .code(1) && different.text.contains("+ column users.hand_made integer"))
            try await Psql().run("update schema_migrations set checksum = repeat('0', 64) where version = 1", on: database.url)
            #expect(try await Program.run(["migrate", "up"], variables).status == .code(65))
        }
    }

    // MARK: the API role

    @Test("The metrics page has its own port, holds what the code reports, and pleases promtool; the probe of the container works")
    func metrics() async throws {
        try await Program.withAPI { api in
            let (port, metricsPort) = (api.port, api.metricsPort)
            let wire = Wire(port: port)
            expectEnvelope(try await wire.get("/metrics"), 404, "not_found")
            try await eventually("ready") { try await wire.get("/ready").status == 200 }
            for path in ["/nope", "/version", "/openapi.json", "/.well-known/jwks.json", "/ws"] { _ = try await wire.get(path) }
            expectEnvelope(try await wire.get("/" + String(repeating: "a", count: 9_000)), 414, "uri_too_long")
            let page = try await Wire(port: metricsPort).get("/metrics")
            #expect(page.status == 200 && page["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            for name in [
                "http_requests_total{", "http_request_duration_seconds_bucket{", "tbg_http_in_flight ",
                // 1, unless Redis was slow for a moment.
                "tbg_rate_limit_backend{backend=\"redis\"} ",
                "tbg_db_query_seconds_count{", "tbg_db_pool_size ", "tbg_redis_command_seconds_count{", "tbg_redis_pool_size ",
                "tbg_build_info{version=\"", "tbg_log_lines_dropped_total 0", "process_cpu_seconds_total ",
                "process_resident_memory_bytes ",
                "process_open_fds ", "process_start_time_seconds ",
            ] {
                #expect(page.body.contains("\n" + name) || page.body.hasPrefix(name), "\(name)")
            }
            #expect(page.body.contains(#"http_requests_total{method="OTHER",handler="unmatched",status="414"} 1"#))
            #expect(page.body.contains(#"handler="unmatched""#) && !page.body.contains("/nope"))
            let file = try await TestServers.temporaryDirectory("page") + "/metrics"
            try Data(page.body.utf8).write(to: URL(filePath: file))
            let judge = try await Command("/bin/sh", ["-c", "promtool check metrics < \(file)"]).run()
            #expect(judge.status == .code(0), "\(judge.text)")

            #expect(try await Program.run(["healthcheck", "--port", String(port)]).status == .code(0))
            #expect(try await Program.run(["healthcheck", "--ready", "--port", String(port)]).status == .code(0))
            #expect(try await Program.run(["healthcheck", "--port", String(try await FreePort.take())]).status == .code(1))
        }
    }

    @Test("SIGTERM: draining while the listener is still open, then the end with code 0")
    func gracefulStop() async throws {
        try await Program.withAPI(["DRAIN_SECONDS": "3"]) { api in
            let (process, port) = (api.process, api.port)
            process.signal(SIGTERM)
            var sawDraining = false
            try await eventually("the end") {
                if let answer = try? await Wire(port: port).get("/ready"), answer.json?["status"] == "draining" { sawDraining = true }
                return !process.isRunning
            }
            #expect(sawDraining)
            #expect(await process.exitStatus() == .code(0))
        }
    }

    @Test("A second SIGTERM ends the process at once with code 1")
    func impatientStop() async throws {
        try await Program.withAPI(["DRAIN_SECONDS": "60"]) { api in
            let (process, port) = (api.process, api.port)
            process.signal(SIGTERM)
            try await eventually("draining") { try await Wire(port: port).get("/ready").json?["status"] == "draining" }
            process.signal(SIGTERM)
            #expect(await process.exitStatus() == .code(1))
        }
    }

    @Test("An unknown variable is named once in the log")
    func unknownVariable() async throws {
        try await Program.withAPI(["PROT": "hunter2"]) { api in
            let (process, log) = (api.process, api.log)
            await process.stop(signal: SIGTERM, grace: .seconds(40))
            let text = try String(contentsOfFile: log, encoding: .utf8)
            #expect(text.components(separatedBy: "TBG_PROT").count == 2)
            #expect(!text.contains("hunter2"))
        }
    }

    @Test("More nodes than the database has connections for are refused with 78", arguments: ["api", "worker"])
    func connectionBudget(role: String) async throws {
        try await withDatabase { database in
            let output = try await Program.run(
                [role],
                ["DATABASE_URL": database.url, "CLUSTER_API_NODES": "600", "CLUSTER_WORKER_NODES": "400", "PORT": "0", "METRICS_PORT": "0"]
            )
            #expect(output.status == .code(78), "\(output.text)")
            #expect(output.text.contains("TBG_CLUSTER_API_NODES") && output.text.contains("max_connections"))
        }
    }
}
