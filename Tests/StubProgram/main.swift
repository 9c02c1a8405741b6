import Foundation
import Glibc

// Stands in for `tbg` where the development instance itself is tested: every role stays until it is asked to end, `api` answers 200 to everything.
let role = CommandLine.arguments.dropFirst().first ?? ""
let environment = ProcessInfo.processInfo.environment

func serve(port: Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    guard bound == 0, listen(listener, 16) == 0 else { exit(1) }
    while true {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { continue }
        let body = Array(answer(to: request(from: peer)).utf8)
        let head = Array(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n".utf8
        )
        _ = send(peer, head + body, head.count + body.count, Int32(MSG_NOSIGNAL))
        close(peer)
    }
}

/// Head and body; bodies are JSON objects without nesting.
func request(from peer: Int32) -> String {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
        let count = recv(peer, &buffer, buffer.count, 0)
        guard count > 0 else { return text }
        text += String(decoding: buffer[..<count], as: UTF8.self)
        if text.contains("\r\n\r\n"), !text.hasPrefix("POST") || text.hasSuffix("}") { return text }
    }
}

/// Enough of sign-in for the demo miners.
func answer(to request: String) -> String {
    if request.hasPrefix("POST /api/v1/auth/challenge ") { return #"{"nonce":"00","message":"stub"}"# }
    guard request.hasPrefix("POST /api/v1/auth/verify "), let body = request.components(separatedBy: "\r\n\r\n").last,
        let members = try? JSONDecoder().decode([String: String].self, from: Data(body.utf8)), let address = members["btc_address"]
    else { return "{}" }
    return #"{"access_token":"token-for-\#(address)","refresh_token":"r","expires_in":3600}"#
}

switch role {
case "migrate": exit(environment["TBG_STUB_MIGRATION_FAILS"] == nil ? 0 : 65)
case "api": serve(port: environment["TBG_PORT"].flatMap { Int($0) } ?? 0)
default: while true { pause() }
}
