import CEpoll
import Foundation

/// Many WebSockets on one thread, with as little work a message as can be: the clients share the machine with the server they time.
///
/// Understands what this project's servers send: unmasked frames, whole messages (RFC 6455 §5.2).
final class SocketFleet {
    /// Handshakes under way at once.
    private static let concurrency = 64
    private static let bufferBytes = 65_536
    /// So much is added to an age at most.
    private static let napMicroseconds: UInt32 = 1_000

    private enum Opcode {
        static let text: UInt8 = 1
        static let close: UInt8 = 8
        static let ping: UInt8 = 9
        static let pong: UInt8 = 10
    }

    private let poll: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SocketFleet.bufferBytes, alignment: 16)
    private var sockets: [Int32] = []
    /// When what was read last arrived at its socket, by the kernel's stamp, or else when it was read: nanoseconds of ``BroadcastStamp``. Of
    /// messages read at once the last one's.
    private(set) var arrival: Int64 = 0
    /// What to add to the wall clock, nanoseconds.
    private let wallOffset = BroadcastStamp.now() - SocketFleet.wallClock()
    /// The beginning of a frame whose end has not come, by socket.
    private var partial: [Int32: [UInt8]] = [:]

    /// Opens a socket for each token, again from the first when there are fewer.
    /// - Parameters:
    ///   - url: `ws://127.0.0.1:PORT/PATH`.
    init(url: String, tokens: [String], sockets count: Int) throws {
        guard !tokens.isEmpty, let components = URLComponents(string: url), let port = components.port.flatMap(UInt16.init) else {
            throw BenchmarkFailure("no address or no tokens")
        }
        poll = epoll_create1(0)
        sockets.reserveCapacity(count)
        for index in 0..<count {
            if index >= Self.concurrency { try finishHandshake(sockets[index - Self.concurrency]) }
            let socket = try Self.connect(port: port)
            sockets.append(socket)
            let request = """
                GET \(components.path)?token=\(tokens[index % tokens.count]) HTTP/1.1\r
                Host: 127.0.0.1\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r

                """
            try Self.write(Array(request.utf8), to: socket)
        }
        for socket in sockets.suffix(Self.concurrency) { try finishHandshake(socket) }
    }

    deinit {
        for socket in sockets { Glibc.close(socket) }
        Glibc.close(poll)
        buffer.deallocate()
    }

    /// Sends a short text on every socket.
    func send(_ text: String) throws {
        let frame = Self.frame(Opcode.text, Array(text.utf8))
        for socket in sockets { try Self.write(frame, to: socket) }
    }

    /// Hands over the texts that come, until the body says it has had enough; the bytes are valid during the call only.
    /// - Parameter idle: told when nothing has come for a second.
    /// - Throws: when a socket is lost.
    func receive(idle: () -> Void = {}, _ body: (UnsafeRawBufferPointer) -> Bool) throws {
        var events = [epoll_event](repeating: epoll_event(), count: 512)
        var goesOn = true
        while goesOn {
            let count = epoll_wait(poll, &events, Int32(events.count), 1_000)
            if count == 0 { idle() }
            guard count >= 0 || errno == EINTR else { throw BenchmarkFailure("epoll: \(errno)") }
            for event in events.prefix(max(0, Int(count))) {
                if try !read(event.data.fd, body) { goesOn = false }
            }
            // A server on the same machine would pay for waking this thread with every message.
            usleep(Self.napMicroseconds)
        }
    }

    // MARK: reading

    private func read(_ socket: Int32, _ body: (UnsafeRawBufferPointer) -> Bool) throws -> Bool {
        let kept = partial.isEmpty ? nil : partial.removeValue(forKey: socket)
        if let kept { buffer.copyBytes(from: kept) }
        let start = kept?.count ?? 0
        let count = receive(from: socket, into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR {
                partial[socket] = kept
                return true
            }
            throw BenchmarkFailure("a socket was lost")
        }
        var rest = UnsafeRawBufferPointer(rebasing: buffer[..<(start + count)])
        var goesOn = true
        while let (opcode, payload, end) = Self.next(rest) {
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
            switch opcode {
            case Opcode.text: if !body(payload) { goesOn = false }
            case Opcode.ping: try Self.write(Self.frame(Opcode.pong, Array(payload)), to: socket)
            case Opcode.close: throw BenchmarkFailure("a socket was closed")
            default: break
            }
        }
        guard rest.count < buffer.count else { throw BenchmarkFailure("a frame is too long") }
        if !rest.isEmpty { partial[socket] = Array(rest) }
        return goesOn
    }

    /// Reads without waiting, and notes when it had arrived (socket(7), SO_TIMESTAMPNS).
    private func receive(from socket: Int32, into bytes: UnsafeMutableRawBufferPointer) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { control in
            var slice = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
            return withUnsafeMutablePointer(to: &slice) { slice in
                var header = msghdr()
                (header.msg_iov, header.msg_iovlen) = (slice, 1)
                (header.msg_control, header.msg_controllen) = (control.baseAddress, control.count)
                let count = recvmsg(socket, &header, Int32(MSG_DONTWAIT))
                let headBytes = MemoryLayout<cmsghdr>.size
                let isStamped = count > 0 && header.msg_controllen >= headBytes + MemoryLayout<timespec>.size
                arrival =
                    isStamped
                    ? Self.nanoseconds(control.load(fromByteOffset: headBytes, as: timespec.self)) + wallOffset : BroadcastStamp.now()
                return count
            }
        }
    }

    private static func wallClock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }

    /// The first frame, and where it ends; nil when its end has not come.
    private static func next(_ bytes: UnsafeRawBufferPointer) -> (opcode: UInt8, payload: UnsafeRawBufferPointer, end: Int)? {
        guard bytes.count >= 2 else { return nil }
        let extra = bytes[1] == 127 ? 8 : bytes[1] == 126 ? 2 : 0
        let start = 2 + extra
        guard bytes.count >= start else { return nil }
        let length = extra == 0 ? Int(bytes[1]) : bytes[2..<start].reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - start else { return nil }
        return (bytes[0] & 0x0f, UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]), start + length)
    }

    // MARK: opening and writing

    private static func connect(port: UInt16) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard socket >= 0, result == 0 else { throw BenchmarkFailure("no connection: \(errno)") }
        var isOn: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return socket
    }

    /// Reads the answer; what follows its head are frames.
    private func finishHandshake(_ socket: Int32) throws {
        var answer: [UInt8] = []
        while true {
            let count = Glibc.recv(socket, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { throw BenchmarkFailure("no answer to a handshake") }
            answer += buffer.prefix(count)
            guard let end = Self.headEnd(answer) else { continue }
            let head = String(decoding: answer[..<end], as: UTF8.self)
            guard head.hasPrefix("HTTP/1.1 101 ") else { throw BenchmarkFailure("a handshake was refused: \(head.prefix(40))") }
            if end < answer.count { partial[socket] = Array(answer[end...]) }
            break
        }
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: socket))
        guard epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event) == 0 else { throw BenchmarkFailure("epoll: \(errno)") }
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        return bytes.indices.first { bytes[$0...].starts(with: mark) }.map { $0 + mark.count }
    }

    /// A client's frame of at most 125 bytes, masked with zeros.
    private static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0x80 | opcode, 0x80 | UInt8(payload.count), 0, 0, 0, 0] + payload
    }

    private static func write(_ bytes: [UInt8], to socket: Int32) throws {
        guard Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw BenchmarkFailure("a socket does not take \(bytes.count) bytes")
        }
    }
}
