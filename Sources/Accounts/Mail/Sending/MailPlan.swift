import API
import GameRules

/// What becomes of a queued mail, by the account as it is now (spec 02 §9.2). Pure.
enum MailPlan: Sendable, Equatable {
    /// Nobody is to be told any more.
    case skip(reason: SkipReason)
    /// - Parameters:
    ///   - token: what its link is good for, if it has one.
    ///   - isExempt: whether it is sent whatever was sent before.
    case send(token: TokenNeed?, isExempt: Bool)

    /// Why a mail is not sent.
    enum SkipReason: String, Sendable {
        /// There is no such account, or it has another mailbox now.
        case noAccount = "no_account"
        case banned
        case alreadyVerified = "already_verified"
        case noPassword = "no_password"
        /// Too many to one mailbox within the hour.
        case budget
        /// What is stored is no address.
        case address
    }

    /// A token to be made.
    enum TokenNeed: Sendable, Equatable {
        case verification(UserID)
        case passwordReset(UserID)
    }

    init(_ row: OutboxStore.Row, _ account: MailRecipient?) {
        // Told to the mailbox that was removed; the account is somebody else's.
        if row.kind == .accountClaimed {
            self = .send(token: nil, isExempt: true)
            return
        }
        guard let account, account.email == row.recipient else {
            self = .skip(reason: .noAccount)
            return
        }
        switch row.kind {
        case .passwordReset where !account.hasPassword: self = .skip(reason: .noPassword)
        case .verifyEmail where account.isEmailVerified: self = .skip(reason: .alreadyVerified)
        case .welcome, .verifyEmail, .passwordReset:
            if account.isBanned {
                self = .skip(reason: .banned)
            } else if row.kind == .passwordReset {
                self = .send(token: .passwordReset(account.user), isExempt: false)
            } else {
                self = .send(token: account.isEmailVerified ? nil : .verification(account.user), isExempt: false)
            }
        // An unconfirmed mailbox may be a stranger's, who is not to be flooded with warnings either.
        case .passwordChanged, .walletChanged, .accountClaimed: self = .send(token: nil, isExempt: account.isEmailVerified)
        }
    }
}

extension MailTexts {
    /// The text of a queued mail.
    /// - Parameter token: made for this mail.
    /// - Returns: nil when a mail that needs a token has none.
    func text(of row: OutboxStore.Row, name: String?, token: MailToken?) -> MailText? {
        switch row.kind {
        case .welcome: welcome(name: name, token: token)
        case .verifyEmail: token.map { verifyEmail(name: name, token: $0) }
        case .passwordReset: token.map { passwordReset(name: name, token: $0) }
        case .passwordChanged: passwordChanged(name: name, at: row.createdAt)
        case .walletChanged:
            walletChanged(
                name: name,
                old: row.parameters["old"]?.stringValue ?? "",
                new: row.parameters["new"]?.stringValue ?? "",
                at: row.createdAt
            )
        case .accountClaimed: accountClaimed(at: row.createdAt)
        }
    }
}
