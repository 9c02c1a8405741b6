package import GameRules

/// Whom live figures are of: work is kept by address, workers by user.
package struct LiveMiner: Hashable, Sendable {
    package let user: UserID
    /// Canonical.
    package let address: String

    package init(user: UserID, address: String) {
        self.user = user
        self.address = address
    }
}
