import API
import GameRules

/// A mail to be queued, with the facts its text needs (spec 02 §9). Never a secret: tokens are made when the mail is sent.
package enum OutgoingMail: Sendable, Equatable {
    /// Greets a new account and asks to confirm its mailbox.
    case welcome
    /// Asks once more to confirm the mailbox.
    case verifyEmail
    /// Answers a forgotten password. Whether the account exists is found out when sending.
    /// - Parameter address: the full address of the request, kept with the token.
    case passwordReset(address: String?)
    /// The password is another now.
    case passwordChanged
    /// The payout address is another now; both come shortened.
    case walletChanged(old: String, new: String)
    /// The owner of the Bitcoin address has taken the account over; goes to the mailbox that was removed.
    case accountClaimed

    /// The name of its kind.
    package var kind: MailKind {
        switch self {
        case .welcome: .welcome
        case .verifyEmail: .verifyEmail
        case .passwordReset: .passwordReset
        case .passwordChanged: .passwordChanged
        case .walletChanged: .walletChanged
        case .accountClaimed: .accountClaimed
        }
    }

    /// What is stored beside the kind.
    var parameters: JSONObject {
        switch self {
        case .passwordReset(let address?): ["ip_address": .string(address)]
        case .walletChanged(let old, let new): ["old": .string(old), "new": .string(new)]
        case .welcome, .verifyEmail, .passwordReset(nil), .passwordChanged, .accountClaimed: [:]
        }
    }
}

/// The kinds of mail, as `email_outbox.kind` names them.
package enum MailKind: String, Sendable, CaseIterable {
    case welcome
    case verifyEmail = "verify_email"
    case passwordReset = "password_reset"
    case passwordChanged = "password_changed"
    case walletChanged = "wallet_changed"
    case accountClaimed = "account_claimed"

    /// Whether it warns the owner of an account; such a mail is sent whatever was sent before.
    var isSecurityNotice: Bool {
        switch self {
        case .passwordChanged, .walletChanged, .accountClaimed: true
        case .welcome, .verifyEmail, .passwordReset: false
        }
    }
}
