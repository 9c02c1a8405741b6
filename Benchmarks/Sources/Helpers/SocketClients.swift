import ArgumentParser
import Foundation
import NIOCore
import WebSockets

/// Opens sockets, says so, and keeps them until it is ended: the clients' side, in a process of its own.
struct SocketClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Open sockets and keep them.", shouldDisplay: false)

    @Option var url: String
    @Option var tokens: String
    @Option var sockets: Int

    /// Handshakes under way at once.
    private static let concurrency = 64

    func run() async throws {
        let tokens = try String(contentsOfFile: tokens, encoding: .utf8).split(separator: "\n").map(String.init)
        guard !tokens.isEmpty else { throw BenchmarkFailure("no tokens") }
        var clients: [WebSocketClient] = []
        clients.reserveCapacity(sockets)
        try await withThrowingTaskGroup(of: WebSocketClient.self) { group in
            for index in 0..<sockets {
                if index >= Self.concurrency, let client = try await group.next() { clients.append(client) }
                let address = "\(url)?token=\(tokens[index % tokens.count])"
                group.addTask {
                    try await WebSocketClient.connect(to: address) { event in if event == nil { Self.say("lost") } }
                }
            }
            for try await client in group { clients.append(client) }
        }
        Self.say("open \(clients.count)")
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
