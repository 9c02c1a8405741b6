package import GameRules

/// What a signature is asked for (spec 02 §4). The message names it, so a signature given for one purpose is worth nothing for another.
package enum ChallengePurpose: Sendable, Equatable {
    /// Signing in as the owner of the address.
    case login
    /// Proving the address of a signed-in account.
    case link(UserID)
    /// Moving a signed-in account to the address.
    case payout(UserID)

    /// What the message says will happen.
    var action: String {
        switch self {
        case .login: "sign-in"
        case .link(let user): "link-address account \(user)"
        case .payout(let user): "payout-address account \(user)"
        }
    }

    /// The signed-in user, where there is one.
    var user: UserID? {
        switch self {
        case .login: nil
        case .link(let user), .payout(let user): user
        }
    }
}
