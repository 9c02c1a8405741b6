import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A mail server on a free port that keeps what it receives. It speaks the whole protocol and is as strict as the RFCs permit; a test can
/// make it answer otherwise.
final class TestMailServer: Sendable {
    /// What it received.
    struct Mail: Sendable, Equatable {
        let sender: String
        let recipient: String
        /// Dots unstuffed.
        let content: String
        let isEncrypted: Bool
        let user: String?
    }

    struct Options: Sendable {
        var tls: NIOSSLContext?
        var isEncryptedFromTheStart = false
        var mechanisms = ["PLAIN", "LOGIN"]
        /// Name and password it demands.
        var account: (name: String, password: String)?
        /// Sent at once behind the answer to STARTTLS, as an attacker on the way would.
        var injected = ""
        /// Another answer to a command than its own; empty for none at all, `close` for the end of the connection. The end of a mail's
        /// content is the command `.`.
        var answer: @Sendable (_ command: String) -> String? = { _ in nil }
    }

    private struct State {
        var mails: [Mail] = []
        var commands: [String] = []
    }

    private let state = Mutex(State())
    private let channel: any Channel
    let port: Int

    var mails: [Mail] { state.withLock { $0.mails } }
    /// Every command line, in order of arrival.
    var commands: [String] { state.withLock { $0.commands } }

    /// Runs a server during a test.
    static func run<Value>(_ options: Options = Options(), _ body: (TestMailServer) async throws -> Value) async throws -> Value {
        let recorder = Recorder()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if options.isEncryptedFromTheStart, let tls = options.tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(MailConversation(options, recorder))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = TestMailServer(channel)
        recorder.server = server
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private init(_ channel: any Channel) {
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    fileprivate func note(command: String) { state.withLock { $0.commands.append(command) } }
    fileprivate func note(mail: Mail) { state.withLock { $0.mails.append(mail) } }
}

private final class Recorder: Sendable {
    private let stored = Mutex<TestMailServer?>(nil)

    var server: TestMailServer? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}

private final class MailConversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Expectation { case command, loginName, loginPassword(name: String), content }

    private let options: TestMailServer.Options
    private let recorder: Recorder
    private var buffer: [UInt8] = []
    private var expectation = Expectation.command
    private var isEncrypted: Bool
    private var user: String?
    private var sender: String?
    private var recipient: String?
    private var content = ""

    init(_ options: TestMailServer.Options, _ recorder: Recorder) {
        self.options = options
        self.recorder = recorder
        isEncrypted = options.isEncryptedFromTheStart
    }

    func channelActive(context: ChannelHandlerContext) {
        say("220-mail.example ESMTP\r\n220 ready", to: "connect", context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer += unwrapInboundIn(data).readableBytesView
        while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: buffer[..<end], as: UTF8.self)
            buffer.removeSubrange(...end)
            guard line.unicodeScalars.last == "\r" else { return say("500 line ends are CR LF", to: line, context) }
            receive(String(String.UnicodeScalarView(line.unicodeScalars.dropLast())), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func receive(_ line: String, _ context: ChannelHandlerContext) {
        switch expectation {
        case .content:
            guard line == "." else {
                guard line.utf8.count <= 998, line.utf8.allSatisfy({ $0 < 128 && $0 != 0 }) else {
                    return say("500 not ASCII", to: line, context)
                }
                content += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
                return
            }
            expectation = .command
            let mail = TestMailServer.Mail(
                sender: sender ?? "",
                recipient: recipient ?? "",
                content: content,
                isEncrypted: isEncrypted,
                user: user
            )
            content = ""
            let server = recorder.server
            if options.answer(".") == nil { server?.note(mail: mail) }
            say("250 queued", to: ".", context)
        case .loginName:
            expectation = .loginPassword(name: Self.decoded(line))
            say("334 UGFzc3dvcmQ6", to: "login-name", context)
        case .loginPassword(let name):
            expectation = .command
            logIn(name, Self.decoded(line), context)
        case .command:
            recorder.server?.note(command: line)
            command(line, context)
        }
    }

    private func command(_ line: String, _ context: ChannelHandlerContext) {
        let upper = line.uppercased()
        if upper.hasPrefix("EHLO ") {
            var lines = ["mail.example", "SIZE 1000000"]
            if options.tls != nil, !isEncrypted { lines.append("STARTTLS") }
            if !options.mechanisms.isEmpty { lines.append("AUTH " + options.mechanisms.joined(separator: " ")) }
            let answer = lines.enumerated().map { "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)" }
            say(answer.joined(separator: "\r\n"), to: line, context)
        } else if upper == "STARTTLS", let tls = options.tls {
            say("220 go ahead" + (options.injected.isEmpty ? "" : "\r\n" + options.injected), to: line, context)
            guard options.answer(line) == nil else { return }
            isEncrypted = true
            user = nil
            do {
                try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
            } catch {
                context.close(promise: nil)
            }
        } else if upper.hasPrefix("AUTH PLAIN ") {
            let parts = Self.decoded(String(line.dropFirst(11))).split(separator: "\0", omittingEmptySubsequences: false)
            logIn(parts.count == 3 ? String(parts[1]) : "", parts.count == 3 ? String(parts[2]) : "", context)
        } else if upper == "AUTH LOGIN" {
            expectation = .loginName
            say("334 VXNlcm5hbWU6", to: line, context)
        } else if upper.hasPrefix("MAIL FROM:<") {
            guard options.account == nil || user != nil else { return say("530 authenticate first", to: line, context) }
            sender = Self.path(line)
            say("250 ok", to: line, context)
        } else if upper.hasPrefix("RCPT TO:<"), sender != nil {
            recipient = Self.path(line)
            say("250 ok", to: line, context)
        } else if upper == "DATA", recipient != nil {
            if options.answer(line) == nil { expectation = .content }
            say("354 go on", to: line, context)
        } else if upper == "QUIT" {
            say("221 bye", to: line, context)
            context.close(promise: nil)
        } else {
            say("503 not now", to: line, context)
        }
    }

    private func logIn(_ name: String, _ password: String, _ context: ChannelHandlerContext) {
        guard let account = options.account, account.name == name, account.password == password else {
            return say("535 no", to: "login", context)
        }
        user = name
        say("235 welcome", to: "login", context)
    }

    private func say(_ text: String, to command: String, _ context: ChannelHandlerContext) {
        let text = options.answer(command) ?? text
        if text == "close" { return context.close(promise: nil) }
        if text.isEmpty { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }

    private static func path(_ line: String) -> String { String(line.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }) }
    private static func decoded(_ text: String) -> String {
        Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// A certificate that vouches for itself.
struct TestCertificate {
    let context: NIOSSLContext
    let roots: NIOSSLTrustRoots

    struct NotMade: Error {}

    init() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tbg-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let key = directory.appendingPathComponent("key.pem").path
        let certificate = directory.appendingPathComponent("cert.pem").path
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-keyout", key, "-out",
            certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]
        openssl.standardOutput = FileHandle.nullDevice
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw NotMade() }
        let certificates = try NIOSSLCertificate.fromPEMFile(certificate)
        context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            )
        )
        roots = .certificates(certificates)
    }
}
