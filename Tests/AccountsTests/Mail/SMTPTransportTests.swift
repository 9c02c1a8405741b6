import Foundation
import NIOCore
import NIOSSL
import Platform
import Testing

@testable import Accounts

@Suite("SMTP over a socket")
struct SMTPTransportTests {
    private func configuration(_ port: Int, _ more: [String: String] = [:]) throws -> SMTPTransport.Configuration {
        var variables = [
            "TBG_SMTP_HOST": "127.0.0.1", "TBG_SMTP_PORT": String(port), "TBG_SMTP_USE_TLS": "false", "TBG_EMAIL_PROVIDER": "smtp",
        ]
        for (name, value) in more { variables["TBG_" + name] = value }
        return SMTPTransport.Configuration(try Settings(EnvironmentSource(variables)).mail, clientName: "client.example")
    }

    private func failure(_ configuration: SMTPTransport.Configuration) async throws -> MailFailure? {
        let message = try MessageTests.message()
        do {
            try await SMTPTransport(configuration).send(message)
            return nil
        } catch {
            return error as? MailFailure
        }
    }

    @Test("a mail arrives whole")
    func plain() async throws {
        try await TestMailServer.run { server async throws in
            let message = try MessageTests.message(text: "Grüße\n.\n..x\nend\n")
            try await SMTPTransport(configuration(server.port)).send(message)
            let mail = try #require(server.mails.first)
            #expect(mail.content == String(decoding: message.encoded(), as: UTF8.self))
            #expect(mail.sender == "noreply@example.com" && mail.recipient == "miner@example.org" && !mail.isEncrypted)
            #expect(ReceivedMail(mail.content).plain == "Grüße\r\n.\r\n..x\r\nend\r\n")
            #expect(server.commands.first == "EHLO client.example")
        }
    }

    @Test("STARTTLS and login, by either mechanism", arguments: ["PLAIN", "LOGIN"])
    func startTLS(mechanism: String) async throws {
        let certificate = try TestCertificate()
        let options = TestMailServer.Options(tls: certificate.context, mechanisms: [mechanism], account: ("relay", "s3cret pass"))
        try await TestMailServer.run(options) { server async throws in
            var configuration = try configuration(
                server.port,
                ["SMTP_USE_TLS": "true", "SMTP_USERNAME": "relay", "SMTP_PASSWORD": "s3cret pass"]
            )
            configuration.trustRoots = certificate.roots
            try await SMTPTransport(configuration).send(try MessageTests.message())
            let mail = try #require(server.mails.first)
            #expect(mail.isEncrypted && mail.user == "relay")
        }
    }

    @Test("encryption from the first byte")
    func implicit() async throws {
        let certificate = try TestCertificate()
        let options = TestMailServer.Options(tls: certificate.context, isEncryptedFromTheStart: true)
        try await TestMailServer.run(options) { server async throws in
            var configuration = try configuration(server.port)
            configuration.encryption = .implicit
            configuration.trustRoots = certificate.roots
            try await SMTPTransport(configuration).send(try MessageTests.message())
            #expect(server.mails.count == 1)
        }
    }

    @Test("port 465 means encryption from the first byte, another port STARTTLS, and neither only when the operator says so")
    func ports() throws {
        #expect(try configuration(465, ["SMTP_USE_TLS": "true"]).encryption == .implicit)
        #expect(try configuration(587, ["SMTP_USE_TLS": "true"]).encryption == .startTLS)
        #expect(try configuration(465).encryption == .none)
    }

    @Test("a certificate nobody vouches for ends the conversation before login and mail")
    func untrusted() async throws {
        let certificate = try TestCertificate()
        let options = TestMailServer.Options(tls: certificate.context, account: ("relay", "secret"))
        try await TestMailServer.run(options) { server async throws in
            let configuration = try configuration(
                server.port,
                ["SMTP_USE_TLS": "true", "SMTP_USERNAME": "relay", "SMTP_PASSWORD": "secret"]
            )
            #expect(try await failure(configuration) == .unavailable(.encryption))
            #expect(server.mails.isEmpty && server.commands.allSatisfy { !$0.hasPrefix("AUTH") })
        }
    }

    @Test("replies slipped in before encryption end the conversation")
    func injected() async throws {
        let certificate = try TestCertificate()
        let options = TestMailServer.Options(tls: certificate.context, injected: "250 mail\r\n250 AUTH PLAIN")
        try await TestMailServer.run(options) { server async throws in
            var configuration = try configuration(server.port, ["SMTP_USE_TLS": "true"])
            configuration.trustRoots = certificate.roots
            #expect(try await failure(configuration) == .unavailable(.protocolViolation))
            #expect(server.mails.isEmpty)
        }
    }

    @Test("a server that refuses the recipient for ever, or the mail for now, or the login")
    func refusals() async throws {
        let unknown = TestMailServer.Options(answer: { $0.hasPrefix("RCPT") ? "550-no such\r\n550 mailbox" : nil })
        try await TestMailServer.run(unknown) { server async throws in
            #expect(try await failure(try configuration(server.port)) == .rejected(code: "550"))
        }
        try await TestMailServer.run(TestMailServer.Options(answer: { $0 == "." ? "451 later" : nil })) { server async throws in
            #expect(try await failure(try configuration(server.port)) == .unavailable(.refused(code: "451")))
            #expect(server.mails.isEmpty)
        }
        try await TestMailServer.run(TestMailServer.Options(account: ("relay", "right"))) { server async throws in
            let configuration = try configuration(server.port, ["SMTP_USERNAME": "relay", "SMTP_PASSWORD": "wrong"])
            #expect(try await failure(configuration) == .unavailable(.authentication))
        }
    }

    @Test("a server that hangs up, talks nonsense, says nothing or is not there")
    func troubles() async throws {
        try await TestMailServer.run(TestMailServer.Options(answer: { $0 == "DATA" ? "close" : nil })) { server async throws in
            #expect(try await failure(try configuration(server.port)) == .unavailable(.connection))
        }
        try await TestMailServer.run(TestMailServer.Options(answer: { $0.hasPrefix("EHLO") ? "HTTP/1.1 400" : nil })) {
            server async throws in
            #expect(try await failure(try configuration(server.port)) == .unavailable(.protocolViolation))
        }
        try await TestMailServer.run(TestMailServer.Options(answer: { $0 == "connect" ? "" : nil })) { server async throws in
            var configuration = try configuration(server.port)
            configuration.timeout = .milliseconds(200)
            #expect(try await failure(configuration) == .unavailable(.timeout))
        }
        let port = try await TestMailServer.run { $0.port }
        #expect(try await failure(try configuration(port)) == .unavailable(.connection))
    }
}
