import Foundation
import Platform

/// One mail's conversation with a server, from its greeting to QUIT (RFC 5321, STARTTLS RFC 3207, AUTH RFC 4954). Pure: takes replies,
/// returns what to do.
struct SMTPMachine: Sendable {
    /// How the conversation is kept secret.
    enum Encryption: Sendable, Equatable {
        /// Not at all: for a relay on the same machine.
        case none
        /// By STARTTLS, before anything else is said; a server without it gets no mail.
        case startTLS
        /// From the first byte.
        case implicit
    }

    /// Name and password at the server.
    struct Login: Sendable {
        let name: String
        let password: Secret
    }

    /// What the connection has to do.
    enum Action: Sendable, Equatable {
        case send([UInt8])
        /// Encrypt from here on, then send this.
        case startTLS(thenSend: [UInt8])
        /// The mail is the server's; say goodbye and close.
        case finish(goodbye: [UInt8])
        /// Say goodbye, unless the connection is gone, and close.
        case fail(MailFailure, goodbye: [UInt8])
    }

    private enum State: Sendable, Equatable {
        case greeting, hello, startTLS, helloEncrypted, loginPlain, loginName, loginPassword, sender, recipient, data, content, done
    }

    private var state = State.greeting
    private let encryption: Encryption
    private let login: Login?
    private let clientName: String
    private let sender: EmailAddress
    private let recipient: EmailAddress
    private let content: [UInt8]

    /// - Parameters:
    ///   - clientName: the domain named in EHLO.
    ///   - message: encoded once, here.
    init(message: MailMessage, encryption: Encryption, login: Login?, clientName: String) {
        self.encryption = encryption
        self.login = login
        self.clientName = clientName
        sender = message.from.address
        recipient = message.to
        content = Self.dotStuffed(message.encoded())
    }

    /// Whether the server has said goodbye or was told it.
    var isDone: Bool { state == .done }

    /// Takes a reply of the server. `nil` when there is nothing to do, which is only after the end.
    /// - Parameter hasMore: whether further bytes have arrived behind the reply.
    mutating func receive(_ reply: SMTPReply, hasMore: Bool) -> Action? {
        switch state {
        case .greeting:
            guard reply.code == 220 else { return refuse(reply) }
            return say("EHLO \(clientName)", .hello)
        case .hello:
            guard reply.isPositive else { return refuse(reply) }
            guard encryption == .startTLS else { return authenticate(SMTPCapabilities(reply)) }
            guard SMTPCapabilities(reply).offersStartTLS else { return fail(.unavailable(.encryptionNotOffered)) }
            return say("STARTTLS", .startTLS)
        case .startTLS:
            guard reply.code == 220 else { return fail(.unavailable(.encryptionNotOffered)) }
            // What came unencrypted behind the answer must not count as said under encryption (RFC 3207 §6).
            guard !hasMore else { return fail(.unavailable(.protocolViolation)) }
            state = .helloEncrypted
            return .startTLS(thenSend: Self.line("EHLO \(clientName)"))
        case .helloEncrypted:
            guard reply.isPositive else { return refuse(reply) }
            return authenticate(SMTPCapabilities(reply))
        case .loginName:
            guard reply.code == 334, let login else { return fail(.unavailable(.authentication)) }
            return say(Self.base64(login.name), .loginPassword)
        case .loginPassword where reply.code == 334:
            guard let login else { return fail(.unavailable(.authentication)) }
            return say(Self.base64(login.password.revealed), .loginPlain)
        case .loginPassword, .loginPlain:
            guard reply.code == 235 else { return fail(.unavailable(.authentication)) }
            return startMail()
        case .sender:
            guard reply.isPositive else { return fail(.unavailable(.refused(code: String(reply.code)))) }
            return say("RCPT TO:<\(recipient.text)>", .recipient)
        case .recipient:
            guard reply.isPositive else { return refuse(reply) }
            return say("DATA", .data)
        case .data:
            guard reply.code == 354 else { return refuse(reply) }
            state = .content
            return .send(content)
        case .content:
            guard reply.isPositive else { return refuse(reply) }
            state = .done
            return .finish(goodbye: Self.line("QUIT"))
        case .done:
            return nil
        }
    }

    /// The connection is gone.
    mutating func close() -> MailFailure? {
        defer { state = .done }
        return state == .done ? nil : .unavailable(.connection)
    }

    private mutating func authenticate(_ capabilities: SMTPCapabilities) -> Action {
        guard let login else { return startMail() }
        if capabilities.mechanisms.contains("PLAIN") {
            return say("AUTH PLAIN " + Self.base64("\0\(login.name)\0\(login.password.revealed)"), .loginPlain)
        }
        guard capabilities.mechanisms.contains("LOGIN") else { return fail(.unavailable(.authenticationNotOffered)) }
        return say("AUTH LOGIN", .loginName)
    }

    private mutating func startMail() -> Action { say("MAIL FROM:<\(sender.text)>", .sender) }

    private mutating func say(_ text: String, _ next: State) -> Action {
        state = next
        return .send(Self.line(text))
    }

    /// The server's refusal: for ever when it says so about the recipient or the mail, otherwise for now.
    private mutating func refuse(_ reply: SMTPReply) -> Action {
        let isAboutMail = state == .recipient || state == .data || state == .content
        let code = String(reply.code)
        return fail(reply.isPermanent && isAboutMail ? .rejected(code: code) : .unavailable(.refused(code: code)))
    }

    private mutating func fail(_ failure: MailFailure) -> Action {
        state = .done
        return .fail(failure, goodbye: Self.line("QUIT"))
    }

    private static func line(_ text: String) -> [UInt8] { Array((text + "\r\n").utf8) }
    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// Doubles a dot at the beginning of a line, and ends with the line that holds a dot alone (RFC 5321 §4.5.2).
    /// - Parameter bytes: with CRLF line ends, the last line included.
    static func dotStuffed(_ bytes: [UInt8]) -> [UInt8] {
        var stuffed: [UInt8] = []
        stuffed.reserveCapacity(bytes.count + 64)
        var isLineStart = true
        for byte in bytes {
            if isLineStart, byte == UInt8(ascii: ".") { stuffed.append(byte) }
            stuffed.append(byte)
            isLineStart = byte == UInt8(ascii: "\n")
        }
        return stuffed + Array(".\r\n".utf8)
    }
}
