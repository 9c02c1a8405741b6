import Foundation
import GameRules
import Platform
import TestServers
import Testing

@testable import Accounts

@Suite("Mail messages")
struct MessageTests {
    static func message(
        subject: String = "Hello",
        name: String = "The Bitcoin Game",
        text: String = "text\n",
        html: String = "<p>html</p>\n"
    ) throws -> MailMessage {
        MailMessage(
            id: "test.1",
            from: Mailbox(name: name, address: try #require(EmailAddress("noreply@example.com"))),
            to: try #require(EmailAddress("miner@example.org")),
            subject: subject,
            text: text,
            html: html,
            date: try #require(Instant(rfc3339: "2026-03-05T09:08:07.600Z"))
        )
    }

    private func received(_ message: MailMessage) -> ReceivedMail { ReceivedMail(String(decoding: message.encoded(), as: UTF8.self)) }

    @Test("the whole mail, byte for byte")
    func golden() throws {
        let text = String(decoding: try Self.message(text: "Grüße = 1\n.\n").encoded(), as: UTF8.self)
        let boundary = try #require(text.split(separator: "\"").first { $0.hasPrefix("=_") })
        #expect(
            text.components(separatedBy: "\r\n") == [
                "Date: Thu, 05 Mar 2026 09:08:07 +0000", "From: \"The Bitcoin Game\" <noreply@example.com>", "To: <miner@example.org>",
                "Subject: Hello", "Message-ID: <test.1@example.com>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
                "Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "", "--\(boundary)",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "Gr=C3=BC=C3=9Fe =3D 1", ".",
                "--\(boundary)", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
                "<p>html</p>", "--\(boundary)--", "",
            ]
        )
    }

    @Test("dates of every weekday and month are those of the C library")
    func dates() {
        for day in stride(from: 0, to: 3000, by: 13) {
            let instant = Instant(secondsSinceUnixEpoch: Int64(day) * 86_400 + Int64(day) * 17 % 86_400)
            var seconds = time_t(instant.secondsSinceUnixEpoch)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            var buffer = [CChar](repeating: 0, count: 64)
            let count = strftime(&buffer, 64, "%a, %d %b %Y %H:%M:%S +0000", &parts)
            #expect(MailMessage.dateText(instant) == String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
    }

    @Test("line breaks in a subject or name make neither a header field nor a line")
    func injection() throws {
        let evil = "Hi\r\nBcc: evil@example.com\r\n\r\nbody\u{2028}x\u{85}y\0z"
        let mail = received(try Self.message(subject: evil, name: "A\"\\\r\nX: y <b@c.d>"))
        #expect(
            mail.headers.map(\.name) == [
                "date", "from", "to", "subject", "message-id", "auto-submitted", "mime-version", "content-type",
            ]
        )
        #expect(mail.subject == "Hi Bcc: evil@example.com body x y z")
        #expect(mail.values("from") == [#""A\"\\ X: y <b@c.d>" <noreply@example.com>"#])
        #expect(mail.plain == "text\r\n" && mail.html == "<p>html</p>\r\n")
    }

    @Test("subjects of any script travel as encoded words of at most 75 characters and come back whole")
    func subjects() throws {
        for subject in ["Grüße", "挖矿游戏", "=?utf-8?B?eA==?=", String(repeating: "ω", count: 120), String(repeating: "👷🏽‍♀️ ", count: 20)] {
            let text = String(decoding: try Self.message(subject: subject).encoded(), as: UTF8.self)
            let cleaned = String(String.UnicodeScalarView(HeaderText.cleaned(subject).unicodeScalars.prefix(120)))
            #expect(ReceivedMail(text).subject == cleaned)
            let field = text.components(separatedBy: "\r\n").drop { !$0.hasPrefix("Subject") }.prefix {
                $0.hasPrefix("Subject") || $0.hasPrefix(" ")
            }
            #expect(field.allSatisfy { $0.utf8.count <= 85 && $0.utf8.allSatisfy { (32...126).contains($0) } })
        }
    }

    @Test("a subject has at most 120 characters")
    func longSubject() throws {
        #expect(received(try Self.message(subject: String(repeating: "s", count: 500))).subject == String(repeating: "s", count: 120))
    }

    @Test("quoted-printable comes back as it was, in ASCII lines of at most 76 characters, whatever the text")
    func quotedPrintable() {
        var generator = SeededGenerator(seed: 3)
        let alphabet = Array("ab =.-_\t\n\n\r€ß🔥\0=_".unicodeScalars)
        for _ in 0..<2000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...400, using: &generator) { scalars.append(alphabet.randomElement(using: &generator) ?? "a") }
            let text = String(scalars)
            let encoded = String(decoding: QuotedPrintable.encode(text), as: UTF8.self)
            var expected = text.unicodeScalars.reduce(into: "") { $0.unicodeScalars.append($1) }
                .replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
            if !expected.isEmpty, !expected.hasSuffix("\n") { expected += "\n" }
            #expect(ReceivedMail.quotedPrintableDecoded(encoded) == expected.replacingOccurrences(of: "\n", with: "\r\n"))
            for line in encoded.components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 76 && line.utf8.allSatisfy { $0 == 9 || (32...126).contains($0) })
                #expect(line.last != " " && line.last != "\t" && !line.contains("=_"))
            }
        }
    }
}

@Suite("Mail texts")
struct MailTextTests {
    private let texts = MailTexts(frontend: "https://game.example/", support: "help@game.example")
    private let instant = Instant(secondsSinceUnixEpoch: 1_773_585_000)

    @Test("every kind says what it must, with links to the front end only")
    func words() throws {
        let token = MailToken(random: .seeded(5))
        let welcome = texts.welcome(name: "Hunter", token: token)
        #expect(welcome.plain(signature: "").contains("https://game.example/auth/verify-email?token=\(token.text)"))
        #expect(welcome.plain(signature: "").contains("24 hours") && welcome.plain(signature: "").contains("Hello Hunter,"))
        #expect(!texts.welcome(name: nil, token: nil).plain(signature: "").contains("token="))
        #expect(texts.verifyEmail(name: nil, token: token).plain(signature: "").contains("/auth/verify-email?token=\(token.text)"))
        let reset = texts.passwordReset(name: nil, token: token).plain(signature: "")
        #expect(reset.contains("https://game.example/auth/reset-password?token=\(token.text)"))
        #expect(reset.contains("60 minutes") && reset.contains("ignore"))
        let changed = texts.passwordChanged(name: nil, at: instant).plain(signature: "")
        #expect(changed.contains("2026-03-15 at 14:30 UTC") && changed.contains("help@game.example"))
        let wallet = texts.walletChanged(name: nil, old: "bc1qold…aaaa", new: "bc1qnew…bbbb", at: instant).plain(signature: "")
        #expect(wallet.contains("bc1qold…aaaa") && wallet.contains("bc1qnew…bbbb") && wallet.contains("help@game.example"))
        #expect(texts.accountClaimed(at: instant).plain(signature: "").contains("no longer possible"))
    }

    @Test("what users wrote is text in the HTML part, and nothing is loaded from anywhere")
    func escaping() {
        let token = MailToken(random: .seeded(5))
        for text in [
            texts.welcome(name: "<img src=x onerror='y'>&\"", token: token), texts.passwordReset(name: "</p>", token: token),
            texts.walletChanged(name: nil, old: "<b>", new: "<i>", at: instant),
        ] {
            let html = text.html(signature: texts.signature)
            #expect(!html.contains("<img") && !html.contains("<b>") && !html.contains("<i>") && !html.contains("Hello </p>"))
            #expect(!html.contains("src=") || html.contains("&lt;img src=x onerror=&#39;y&#39;&gt;&amp;&quot;"))
            #expect(!html.contains("url(") && !html.contains("<script") && !html.contains("<link") && !html.contains("@import"))
            let links = html.components(separatedBy: "href=\"").dropFirst()
            #expect(links.allSatisfy { $0.hasPrefix("https://game.example/") })
        }
    }

    @Test("a name that a mail program could take for a link is left out")
    func linkLikeName() {
        #expect(texts.verifyEmail(name: "evil.example", token: MailToken(random: .seeded(5))).plain(signature: "").hasPrefix("Hello,\n"))
    }
}
