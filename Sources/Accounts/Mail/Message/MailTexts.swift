import GameRules
import Platform

/// The words of every mail (spec 02 §9).
struct MailTexts: Sendable {
    private let frontend: String
    private let support: String

    /// - Parameters:
    ///   - frontend: `TBG_FRONTEND_BASE_URL`; the only place links lead to.
    ///   - support: the address to write to.
    init(frontend: String, support: String) {
        self.frontend = frontend.hasSuffix("/") ? String(frontend.dropLast()) : frontend
        self.support = support
    }

    /// Closes every mail.
    var signature: String { "The Bitcoin Game · \(frontend)" }

    /// - Parameter token: nil when the mailbox is confirmed already.
    func welcome(name: String?, token: MailToken?) -> MailText {
        var blocks: [MailText.Block] = [
            greeting(name),
            .paragraph("Your account is ready. Every share your miner finds counts from now on, and so may a whole block."),
        ]
        if let token {
            blocks += [
                .paragraph("Please confirm that this mailbox is yours:"),
                confirmation(token),
                .note("The link is good for 24 hours."),
            ]
        }
        blocks += [
            .paragraph(
                "What to do next: point a miner at your Bitcoin address, and sign in with your wallet once, so that nobody else can speak for it."
            ),
            .note("If you did not make this account, ignore this mail: without confirmation nothing more is sent to you."),
        ]
        return MailText(subject: "Welcome to The Bitcoin Game", blocks: blocks)
    }

    func verifyEmail(name: String?, token: MailToken) -> MailText {
        MailText(
            subject: "Confirm your e-mail",
            blocks: [
                greeting(name), .paragraph("Please confirm that this mailbox is yours:"), confirmation(token),
                .note("The link is good for 24 hours. Earlier ones have lost their force."),
            ]
        )
    }

    func passwordReset(name: String?, token: MailToken) -> MailText {
        MailText(
            subject: "Set a new password",
            blocks: [
                greeting(name), .paragraph("Somebody, probably you, has asked to set a new password for your account:"),
                .link(label: "Set a new password", url: "\(frontend)/auth/reset-password?token=\(token.text)"),
                .note("The link is good for 60 minutes and for one use."),
                .paragraph("If it was not you, ignore this mail. Your password stays as it is."),
            ]
        )
    }

    func passwordChanged(name: String?, at instant: Instant) -> MailText {
        MailText(
            subject: "Your password was changed",
            blocks: [
                greeting(name), .paragraph("The password of your account was changed on \(Self.moment(instant))."),
                .paragraph("If it was not you, write to \(support) at once, and set a new password from the sign-in page."),
            ]
        )
    }

    /// - Parameters:
    ///   - old: shortened.
    ///   - new: shortened.
    func walletChanged(name: String?, old: String, new: String, at instant: Instant) -> MailText {
        MailText(
            subject: "Your payout address was changed",
            blocks: [
                greeting(name), .paragraph("The Bitcoin address of your account was changed on \(Self.moment(instant))."),
                .paragraph("Before: \(old)\nNow: \(new)"), .paragraph("If it was not you, write to \(support) at once."),
            ]
        )
    }

    func accountClaimed(at instant: Instant) -> MailText {
        MailText(
            subject: "Your e-mail was removed from an account",
            blocks: [
                .paragraph("Hello,"),
                .paragraph(
                    "On \(Self.moment(instant)) the owner of the Bitcoin address you had registered proved with their wallet that it is theirs. "
                        + "The account belongs to the address, so signing in with your e-mail is no longer possible."
                ),
                .paragraph(
                    "You are welcome to register again with an address of your own. If you think this is a mistake, write to \(support)."
                ),
            ]
        )
    }

    /// A name with a dot may be read as a link by mail programs, and whoever registers chooses the name: it is left out.
    private func greeting(_ name: String?) -> MailText.Block {
        guard let name, !name.contains(".") else { return .paragraph("Hello,") }
        return .paragraph("Hello \(name),")
    }

    private func confirmation(_ token: MailToken) -> MailText.Block {
        .link(label: "Confirm your e-mail", url: "\(frontend)/auth/verify-email?token=\(token.text)")
    }

    /// `2026-03-15 at 14:30 UTC`
    static func moment(_ instant: Instant) -> String {
        let text = instant.rfc3339
        return "\(text.prefix(10)) at \(text.dropFirst(11).prefix(5)) UTC"
    }
}
