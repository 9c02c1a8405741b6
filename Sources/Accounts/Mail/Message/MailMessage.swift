import Crypto
import Foundation
import GameRules
import Platform

/// A sender as recipients see it.
struct Mailbox: Sendable, Equatable {
    let name: String
    let address: EmailAddress
}

/// A mail ready to go: text and HTML, one recipient. Addresses are parsed ones, everything else is cleaned when it is written, so that no
/// value can add a header field or a recipient (spec 02 §9).
struct MailMessage: Sendable, Equatable {
    /// Left part of the message id, stable over retries; of letters, digits, `.` and `-`.
    let id: String
    let from: Mailbox
    let to: EmailAddress
    let subject: String
    let text: String
    let html: String
    let date: Instant

    init(id: String, from: Mailbox, to: EmailAddress, subject: String, text: String, html: String, date: Instant) {
        self.id = String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "-" })
        self.from = from
        self.to = to
        let cleaned = HeaderText.cleaned(subject)
        self.subject = String(String.UnicodeScalarView(cleaned.unicodeScalars.prefix(HeaderText.longestSubject)))
        self.text = text
        self.html = html
        self.date = date
    }

    /// With its angle brackets.
    var messageID: String { "<\(id)@\(from.address.domain)>" }

    /// The whole mail as it is transmitted (RFC 5322, RFC 2046 §5.1.4): ASCII, lines of at most 76 characters in its body, CRLF line ends.
    func encoded() -> [UInt8] {
        // `=_` never stands in quoted-printable text, so the boundary cannot be part of a body.
        let boundary = "=_" + Hex.encode(SHA256.hash(data: Data(messageID.utf8)).prefix(12))
        let head = [
            "Date: \(Self.dateText(date))",
            "From: \(HeaderText.phrase(from.name)) <\(from.address.text)>",
            "To: <\(to.text)>",
            "Subject: \(HeaderText.unstructured(subject))",
            "Message-ID: \(messageID)",
            // No answers by machines (RFC 3834).
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
            "", "",
        ]
        var bytes = Array(head.joined(separator: "\r\n").utf8)
        for (type, content) in [("text/plain", text), ("text/html", html)] {
            bytes += Array(
                "--\(boundary)\r\nContent-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".utf8
            )
            bytes += QuotedPrintable.encode(content)
        }
        bytes += Array("--\(boundary)--\r\n".utf8)
        return bytes
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 15 Mar 2026 14:30:00 +0000` (RFC 5322 §3.3).
    static func dateText(_ instant: Instant) -> String {
        let day = UTCDay(containing: instant)
        let second = Int(instant.secondsSinceUnixEpoch - day.start.secondsSinceUnixEpoch)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let time = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        return "\(day.weekday.shortName.capitalized), \(two(day.dayOfMonth)) \(months[day.month - 1]) \(day.year) \(time) +0000"
    }
}
