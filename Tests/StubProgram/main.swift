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
    let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
    while true {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { continue }
        var request = [UInt8](repeating: 0, count: 1_024)
        _ = recv(peer, &request, request.count, 0)
        _ = send(peer, answer, answer.count, Int32(MSG_NOSIGNAL))
        close(peer)
    }
}

switch role {
case "migrate": exit(environment["TBG_STUB_MIGRATION_FAILS"] == nil ? 0 : 65)
case "token": print("log line\ntoken-for-\(CommandLine.arguments.last ?? "")")
case "api": serve(port: environment["TBG_PORT"].flatMap { Int($0) } ?? 0)
default: while true { pause() }
}
