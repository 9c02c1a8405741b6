/// Carries a mail to whoever delivers it. Switching between carriers is a matter of configuration (spec 02 §9).
protocol MailTransport: Sendable {
    /// Hands a mail over; returns once the other side has taken it.
    func send(_ message: MailMessage) async throws(MailFailure)
}

/// Why a mail was not taken. Holds no address and nothing of the mail.
enum MailFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// This mail will never be taken, such as one to a mailbox that does not exist.
    case rejected(code: String)
    /// It may be taken later: the carrier is away, busy, or not set up rightly.
    case unavailable(MailTrouble)

    /// For logs.
    var description: String {
        switch self {
        case .rejected(let code): "rejected_\(code)"
        case .unavailable(let trouble): trouble.description
        }
    }
}

/// What keeps a carrier from taking mail.
enum MailTrouble: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no connection, or it broke.
    case connection
    case timeout
    /// The certificate or the negotiation was not acceptable.
    case encryption
    /// Encryption is demanded and not offered.
    case encryptionNotOffered
    case authentication
    /// No way of authentication that both sides know.
    case authenticationNotOffered
    /// What came is not the protocol.
    case protocolViolation
    /// The carrier's code for "later".
    case refused(code: String)
    /// A file could not be written.
    case storage

    /// For logs.
    var description: String {
        switch self {
        case .connection: "connection"
        case .timeout: "timeout"
        case .encryption: "encryption"
        case .encryptionNotOffered: "encryption_not_offered"
        case .authentication: "authentication"
        case .authenticationNotOffered: "authentication_not_offered"
        case .protocolViolation: "protocol_violation"
        case .refused(let code): "refused_\(code)"
        case .storage: "storage"
        }
    }
}
