import Testing

@testable import Redis

@Suite("Redis URLs and errors")
struct RedisConfigurationTests {
    @Test("network addresses are read")
    func network() throws {
        let plain = try RedisConfiguration(url: "redis://localhost:6379/0")
        #expect(plain.endpoint == .tcp(host: "localhost", port: 6379))
        #expect(plain.database == 0)
        #expect(plain.tls == nil)
        let full = try RedisConfiguration(url: "redis://me:p%40ss@10.0.0.1:7000/3")
        #expect(full.endpoint == .tcp(host: "10.0.0.1", port: 7000))
        #expect(full.username == "me")
        #expect(full.password == "p@ss")
        #expect(full.database == 3)
        let passwordOnly = try RedisConfiguration(url: "redis://:x:y@h")
        #expect(passwordOnly.username == nil)
        #expect(passwordOnly.password == "x:y")
        #expect(passwordOnly.endpoint == .tcp(host: "h", port: 6379))
        #expect(try RedisConfiguration(url: "redis://[::1]:7/2").endpoint == .tcp(host: "::1", port: 7))
        #expect(try RedisConfiguration(url: "redis://h/?db=5").database == 5)
    }

    @Test("rediss turns encryption on")
    func encrypted() throws {
        #expect(try RedisConfiguration(url: "rediss://h:6380").tls != nil)
    }

    @Test("socket paths are read")
    func unixSocket() throws {
        let configuration = try RedisConfiguration(url: "unix:///var/run/redis.sock?db=2", password: "secret")
        #expect(configuration.endpoint == .unix(path: "/var/run/redis.sock"))
        #expect(configuration.database == 2)
        #expect(configuration.password == "secret")
        #expect(try RedisConfiguration(url: "unix:///a%20b").endpoint == .unix(path: "/a b"))
    }

    @Test("a password given apart wins")
    func separatePassword() throws {
        #expect(try RedisConfiguration(url: "redis://:old@h", password: "new").password == "new")
    }

    @Test(
        "anything else is refused without being repeated",
        arguments: [
            "", "redis", "redis:/h", "http://h", "redis://", "redis://h:0", "redis://h:99999", "redis://h:x", "redis://h/x", "redis://h/-1",
            "redis://%zz", "unix://", "unix:///", "unix://relative", "redis://:a%2@h", "redis://[::1]x",
        ]
    )
    func invalid(url: String) {
        #expect(throws: RedisError.invalidURL) { try RedisConfiguration(url: url) }
    }

    @Test("neither description nor dump shows the account")
    func hidden() throws {
        let configuration = try RedisConfiguration(url: "redis://user:hunter2@h/1")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("user"))
        }
        #expect(configuration.description == "redis://h:6379/1")
    }

    @Test("arguments repeated by the server are cut out of errors")
    func errorsWithoutArguments() {
        func message(_ text: String) -> String { Array(text.utf8).withUnsafeBytes { RedisServerError($0).description } }
        #expect(message("ERR unknown command 'x', with args beginning with: 'token' ") == "ERR unknown command …")
        #expect(
            message("NOGROUP No such key 'mining:a' or consumer group 'it's' in XREADGROUP") == "NOGROUP No such key … in XREADGROUP"
        )
        #expect(message("ERR can't do that") == "ERR can't do that")
        #expect(message("ERR bad \"open") == "ERR bad …")
        #expect(message("NOSCRIPT") == "NOSCRIPT")
        #expect(RedisError.server(RedisServerError(code: "ERR", message: "no 'secret'")).description == "Redis answered ERR no …")
    }
}
