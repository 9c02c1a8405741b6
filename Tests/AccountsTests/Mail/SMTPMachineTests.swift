import Foundation
import Platform
import TestServers
import Testing

@testable import Accounts

@Suite("SMTP replies")
struct SMTPReplyTests {
    private func parse(_ text: String, chunk: Int = 1000) throws -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var replies: [SMTPReply] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            parser.feed(bytes[start..<min(start + chunk, bytes.count)])
            while let reply = try parser.next() { replies.append(reply) }
        }
        return replies
    }

    @Test("replies of one and of several lines, in pieces of any size", arguments: [1, 2, 3, 7, 1000])
    func lines(chunk: Int) throws {
        let replies = try parse("220-one\r\n220-\r\n220 three\r\n250\r\n354 go\n", chunk: chunk)
        #expect(
            replies == [
                SMTPReply(code: 220, lines: ["one", "", "three"]), SMTPReply(code: 250, lines: [""]), SMTPReply(code: 354, lines: ["go"]),
            ]
        )
    }

    @Test(
        "what is no reply is refused",
        arguments: [
            "hello\r\n", "25 x\r\n", "2500 x\r\n", "250_x\r\n", "250-a\r\n251 b\r\n", "199 x\r\n", "600 x\r\n", "\r\n", "٢٥٠ x\r\n",
            String(repeating: "2", count: 3000), "250 " + String(repeating: "x", count: 3000) + "\r\n",
            String(repeating: "250-x\r\n", count: 200),
        ]
    )
    func violations(text: String) {
        #expect(throws: MailTrouble.protocolViolation) { try parse(text) }
    }

    @Test("random bytes never do more than be refused")
    func fuzz() {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("0123456789 -\r\nabc".utf8) + [0, 255]
        for _ in 0..<Fuzz.count {
            var parser = SMTPReplyParser()
            parser.feed((0..<Int.random(in: 0...60, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 })
            while let reply = try? parser.next() { #expect((200..<600).contains(reply.code) && !reply.lines.isEmpty) }
        }
    }
}

@Suite("SMTP conversation")
struct SMTPMachineTests {
    private static let login = SMTPMachine.Login(name: "user", password: Secret("pass word"))

    private func machine(_ encryption: SMTPMachine.Encryption = .none, login: SMTPMachine.Login? = nil) throws -> SMTPMachine {
        SMTPMachine(
            message: try MessageTests.message(text: ".dot\n..\n"),
            encryption: encryption,
            login: login,
            clientName: "client.example"
        )
    }

    private func say(_ machine: inout SMTPMachine, _ code: Int, _ lines: String..., hasMore: Bool = false) -> String {
        switch machine.receive(SMTPReply(code: code, lines: lines.isEmpty ? [""] : lines), hasMore: hasMore) {
        case .send(let bytes): String(decoding: bytes, as: UTF8.self)
        case .startTLS(let bytes): "TLS " + String(decoding: bytes, as: UTF8.self)
        case .finish(let goodbye): "finish " + String(decoding: goodbye, as: UTF8.self)
        case .fail(let failure, _): "fail \(failure)"
        case nil: "nothing"
        }
    }

    @Test("a mail without encryption and login, dots doubled")
    func plain() throws {
        var machine = try machine()
        #expect(say(&machine, 220) == "EHLO client.example\r\n")
        #expect(say(&machine, 250, "mail", "AUTH PLAIN", "STARTTLS") == "MAIL FROM:<noreply@example.com>\r\n")
        #expect(say(&machine, 250) == "RCPT TO:<miner@example.org>\r\n")
        #expect(say(&machine, 251) == "DATA\r\n")
        let content = say(&machine, 354)
        #expect(content.contains("\r\n..dot\r\n...\r\n") && content.hasSuffix("--\r\n.\r\n"))
        #expect(content.components(separatedBy: "\r\n.\r\n").count == 2, "the end is said once")
        #expect(say(&machine, 250) == "finish QUIT\r\n")
        #expect(machine.isDone && machine.close() == nil)
        #expect(say(&machine, 221) == "nothing")
    }

    @Test("with STARTTLS nothing is told before encryption, and what was offered before it is forgotten")
    func startTLS() throws {
        var machine = try machine(.startTLS, login: Self.login)
        _ = say(&machine, 220)
        #expect(say(&machine, 250, "mail", "STARTTLS", "AUTH PLAIN") == "STARTTLS\r\n")
        #expect(say(&machine, 220) == "TLS EHLO client.example\r\n")
        #expect(say(&machine, 250, "mail", "AUTH LOGIN") == "AUTH LOGIN\r\n")
        #expect(say(&machine, 334) == Data("user".utf8).base64EncodedString() + "\r\n")
        #expect(say(&machine, 334) == Data("pass word".utf8).base64EncodedString() + "\r\n")
        #expect(say(&machine, 235) == "MAIL FROM:<noreply@example.com>\r\n")
    }

    @Test("PLAIN is preferred; the words of AUTH may come in any case and spelling")
    func plainLogin() throws {
        var machine = try machine(.implicit, login: Self.login)
        _ = say(&machine, 220)
        #expect(
            say(&machine, 250, "mail", "auth=login plain") == "AUTH PLAIN " + Data("\0user\0pass word".utf8).base64EncodedString() + "\r\n"
        )
        #expect(say(&machine, 235) == "MAIL FROM:<noreply@example.com>\r\n")
    }

    @Test("a server without encryption, or one that speaks before it, gets neither login nor mail")
    func downgrade() throws {
        var stripped = try machine(.startTLS, login: Self.login)
        _ = say(&stripped, 220)
        #expect(say(&stripped, 250, "mail", "AUTH PLAIN") == "fail encryption_not_offered")
        var refused = try machine(.startTLS, login: Self.login)
        _ = say(&refused, 220)
        _ = say(&refused, 250, "mail", "STARTTLS")
        #expect(say(&refused, 454) == "fail encryption_not_offered")
        var injected = try machine(.startTLS, login: Self.login)
        _ = say(&injected, 220)
        _ = say(&injected, 250, "mail", "STARTTLS")
        #expect(say(&injected, 220, hasMore: true) == "fail protocol_violation")
    }

    @Test("refusals of the recipient or the mail are for ever when the server says so, all others for now")
    func refusals() throws {
        let steps = [(220, "fail refused_"), (250, "fail refused_"), (250, "fail refused_"), (250, nil), (354, nil), (250, nil)]
        for (failing, step) in steps.enumerated() {
            for code in [421, 450, 550] {
                var machine = try machine()
                for (index, (good, _)) in steps.enumerated() where index < failing { _ = say(&machine, good, "mail") }
                let expected = step.1.map { "\($0)\(code)" } ?? (code == 550 ? "fail rejected_550" : "fail refused_\(code)")
                #expect(say(&machine, code) == expected, "step \(failing)")
                #expect(machine.isDone)
            }
        }
    }

    @Test("a refused login, a login nobody offers, and a connection that breaks")
    func troubles() throws {
        var wrong = try machine(login: Self.login)
        _ = say(&wrong, 220)
        _ = say(&wrong, 250, "mail", "AUTH PLAIN")
        #expect(say(&wrong, 535) == "fail authentication")
        var unknown = try machine(login: Self.login)
        _ = say(&unknown, 220)
        #expect(say(&unknown, 250, "mail", "AUTH CRAM-MD5") == "fail authentication_not_offered")
        var broken = try machine()
        _ = say(&broken, 220)
        #expect(broken.close() == .unavailable(.connection))
        #expect(broken.close() == nil)
    }

    @Test("content is restored by taking the dots away, whatever it is")
    func stuffing() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let lines = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
                String((0..<Int.random(in: 0...4, using: &generator)).map { _ in Bool.random(using: &generator) ? "." : "a" })
            }
            let stuffed = String(decoding: SMTPMachine.dotStuffed(Array(lines.map { $0 + "\r\n" }.joined().utf8)), as: UTF8.self)
            let received = stuffed.components(separatedBy: "\r\n")
            #expect(received.suffix(2) == [".", ""])
            #expect(received.dropLast(2).allSatisfy { $0 != "." })
            #expect(received.dropLast(2).map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 } == lines)
        }
    }
}
