import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import WebSockets

@Suite("HTTP on the same port")
struct HTTPTests {
    private static let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

    private var limits: HTTPConnectionConfiguration {
        var http = HTTPConnectionConfiguration()
        http.rejectionContent = { rejection in
            .init(headers: [.contentType: "application/json"], body: ByteBuffer(string: #"{"status":\#(rejection.status.code)}"#))
        }
        return http
    }

    @Test("requests are served one after another on one connection, also pipelined and in any pieces")
    func keepAlive() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            for _ in 0..<3 {
                connection.send(Self.get)
                let response = await connection.read(until: "hello")
                #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n") && response.contains("Content-Length: 5\r\n"))
            }
            connection.send(Self.get + Self.get + "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
            connection.send("ab")
            connection.send("cd" + Self.get)
            let rest = await connection.read(until: "\r\n\r\n4") + connection.read(until: "hello")
            #expect(rest.ranges(of: "HTTP/1.1 200 OK").count == 4)
            connection.close()
        }
    }

    @Test("Connection: close closes after the response")
    func connectionClose() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(await connection.read().hasSuffix("hello"))
        }
    }

    @Test("a large body arrives whole")
    func largeBody() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
            connection.send(ByteBuffer(count: 1_000_000))
            #expect(await connection.read(until: "1000000").hasSuffix("\r\n\r\n1000000"))
            connection.close()
        }
    }

    @Test(
        "heads over the limits are answered in the application's format and the connection is closed",
        arguments: [
            ("/" + String(repeating: "a", count: 8 * 1024), 0, 0, 414), ("/" + String(repeating: "a", count: 60 * 1024), 0, 0, 414),
            ("/hello", 101, 1, 431), ("/hello", 4, 5000, 431), ("/hello", 1, 16 * 1024, 431), ("/hello", 1, 60 * 1024, 431),
        ]
    )
    func limits(_ target: String, _ fields: Int, _ size: Int, _ status: Int) async throws {
        try await TestServer.run(http: self.limits) { server in
            let connection = try await RawConnection.open(port: server.port)
            let field = "X: \(String(repeating: "v", count: size))\r\n"
            connection.send("GET \(target) HTTP/1.1\r\n" + String(repeating: field, count: fields) + "\r\n")
            let response = await connection.read()
            #expect(response.hasPrefix("HTTP/1.1 \(status) "))
            #expect(response.hasSuffix("\r\n\r\n{\"status\":\(status)}"))
            #expect(response.lowercased().contains("connection: close\r\n"))
        }
    }

    @Test("heads just within the limits are served")
    func withinLimits() async throws {
        try await TestServer.run(http: self.limits) { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send("GET /hello?\(String(repeating: "q", count: 8 * 1024 - 23)) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await connection.read(until: "hello").hasPrefix("HTTP/1.1 200 "))
            connection.send("GET /hello HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 99) + "\r\n")
            #expect(await connection.read(until: "hello").hasPrefix("HTTP/1.1 200 "))
            connection.send("GET /hello HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "v", count: 16 * 1024 - 14))\r\n\r\n")
            #expect(await connection.read(until: "hello").hasPrefix("HTTP/1.1 200 "))
            connection.close()
        }
    }

    @Test("bytes that are not HTTP are answered 400 after the responses to what came before", arguments: ["", get, get + get])
    func malformed(_ before: String) async throws {
        try await TestServer.run(http: self.limits) { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send(before + "what is this\r\n\r\n")
            let response = await connection.read()
            #expect(response.hasSuffix("\r\n\r\n{\"status\":400}"))
            #expect(response.ranges(of: "HTTP/1.1 200 OK").count == before.ranges(of: "GET").count)
        }
    }

    @Test("a request body that breaks the protocol ends the connection")
    func malformedBody() async throws {
        try await TestServer.run(http: self.limits) { server in
            let connection = try await RawConnection.open(port: server.port)
            connection.send("POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
            #expect(await connection.read().hasPrefix("HTTP/1.1 400 "))
        }
    }
}
