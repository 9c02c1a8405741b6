import Testing

@testable import LocalServers

@Suite("Plans and texts of the private servers")
struct PlanTests {
    @Test("A socket lives inside a short folder and under /tmp for a long one")
    func socketDirectory() {
        let name = ".s.PGSQL.5432.lock"
        #expect(ServerHome.plan(directory: "/srv/a", socketName: name).socketDirectory == "/srv/a/run")
        let limit = ServerHome.maximumSocketPathBytes - name.utf8.count - "/run/".utf8.count
        let fitting = "/" + String(repeating: "x", count: limit - 1)
        #expect(ServerHome.plan(directory: fitting, socketName: name).socketDirectory == fitting + "/run")
        let long = fitting + "x"
        let planned = ServerHome.plan(directory: long, socketName: name)
        #expect(planned.directory == long)
        #expect(planned.socketDirectory == "/tmp/tbg-" + ServerHome.fingerprint(long))
    }

    @Test("A fingerprint is FNV-1a with 16 digits", arguments: [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c")])
    func fingerprint(text: String, expected: String) {
        #expect(ServerHome.fingerprint(text) == expected)
    }

    @Test("A durable cluster keeps fsync, a test cluster drops it")
    func durability() {
        let durable = PostgresSettings().arguments(socketDirectory: "/s", timescale: false)
        #expect(!durable.contains("fsync=off"))
        #expect(durable.contains("listen_addresses="))
        #expect(durable.contains("max_connections=200"))
        #expect(durable.contains("jit=off"))
        #expect(PostgresSettings.forTests.arguments(socketDirectory: "/s", timescale: false).contains("fsync=off"))
    }

    @Test("TimescaleDB is preloaded without its telemetry, and extra settings win")
    func timescale() {
        let settings = PostgresSettings(extra: ["jit": "on"])
        let arguments = settings.arguments(socketDirectory: "/s", timescale: true)
        #expect(arguments.contains("shared_preload_libraries=timescaledb"))
        #expect(arguments.contains("timescaledb.telemetry_level=off"))
        #expect(arguments.contains("jit=on"))
        #expect(!arguments.contains("jit=off"))
    }

    @Test("A cluster is ready when the file names this process and its status")
    func ready() {
        let lines = ["42", "/data", "1700000000", "5432", "/run", "", "  1 2", "ready   ", ""]
        #expect(PostgresData.isReady(postmasterFile: lines.joined(separator: "\n"), pid: 42))
        #expect(!PostgresData.isReady(postmasterFile: lines.joined(separator: "\n"), pid: 43))
        #expect(!PostgresData.isReady(postmasterFile: lines.prefix(7).joined(separator: "\n"), pid: 42))
        let starting = lines.map { $0 == "ready   " ? "starting" : $0 }.joined(separator: "\n")
        #expect(!PostgresData.isReady(postmasterFile: starting, pid: 42))
    }

    @Test("The status word of waitpid is read")
    func exitStatus() {
        #expect(ExitStatus(waitStatus: 0) == .code(0))
        #expect(ExitStatus(waitStatus: 0x0300) == .code(3))
        #expect(ExitStatus(waitStatus: 9) == .signal(9))
        #expect(ExitStatus(waitStatus: 0x8b) == .signal(11))
        #expect(ExitStatus.code(0).isSuccess)
        #expect(!ExitStatus.signal(15).isSuccess)
    }

    @Test("Paths are escaped in URLs")
    func escaping() {
        #expect(URLText.queryValue("/srv/a b&c=ü/run") == "/srv/a%20b%26c%3D%C3%BC/run")
    }

    @Test("Errors say what to do")
    func errors() {
        let missing = LocalServerError.missingProgram(name: "redis-server", debianPackage: "redis-server")
        #expect(missing.description == "redis-server is not installed: apt-get install redis-server")
        let held = LocalServerError.directoryInUse(path: "/srv/a", holder: 12)
        #expect(held.description.contains("/srv/a is in use by process 12"))
        let full = LocalServerError.system(call: "mkdir", path: "/srv/a", code: 28)
        #expect(full.description == "mkdir /srv/a: No space left on device")
    }

    @Test("A server runs as another account behind setpriv, which arms the death signal")
    func argumentVector() {
        var command = Command("/bin/x", ["a"], environment: [:], parentDeathSignal: .quit)
        #expect(command.argumentVector(setpriv: "/s") == ["/s", "--pdeathsig=QUIT", "--", "/bin/x", "a"])
        command.account = ServiceAccount(name: "n", userID: 7, groupID: 8)
        #expect(
            command.argumentVector(setpriv: "/s")
                == ["/s", "--reuid=7", "--regid=8", "--init-groups", "--pdeathsig=QUIT", "--", "/bin/x", "a"]
        )
    }

    @Test("The end of a log is its last non-empty lines")
    func logTail() {
        #expect(LogTail.end(of: "a\n\nb\nc\n", lines: 2) == "b\nc")
        #expect(LogTail.end(ofFile: "/nonexistent") == "")
    }
}
