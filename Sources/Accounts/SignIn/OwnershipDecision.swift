/// Who an address belongs to when somebody has just proven it (spec 02 §5.3): always to them.
enum OwnershipDecision: Sendable, Equatable {
    /// The account is theirs.
    case signIn
    /// Somebody registered the address by e-mail without proof; the account is emptied of what is theirs and passes on.
    case takeOver
    /// The same, but the owner of the address has not confirmed yet.
    case claimedByEmail

    /// - Parameters:
    ///   - hasPassword: whether the account can be entered without the wallet.
    ///   - isVerified: whether the account has proven the address before.
    ///   - takesOver: the caller's confirmation.
    init(hasPassword: Bool, isVerified: Bool, takesOver: Bool) {
        switch (hasPassword, isVerified) {
        case (false, _), (true, true): self = .signIn
        case (true, false): self = takesOver ? .takeOver : .claimedByEmail
        }
    }
}
