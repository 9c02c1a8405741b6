package import Platform

/// What answers the routes of the gamification API.
package struct GamificationServices: Sendable {
    let badges: BadgeReadStore
    let earned: EarnedBadgeStore
    let directory: BadgeDirectory
    let progress: ProgressService
    let ledger: LedgerReadStore
    let calendar: CalendarReadStore
    let celebrations: CelebrationStore

    /// - Throws: for badges of the program that cannot be read.
    package init(runtime: Runtime) throws {
        badges = BadgeReadStore(database: runtime.database, catalogue: try .embedded())
        earned = EarnedBadgeStore(database: runtime.database)
        directory = BadgeDirectory(database: runtime.database)
        progress = ProgressService(database: runtime.database, directory: directory)
        ledger = LedgerReadStore(database: runtime.database)
        calendar = CalendarReadStore(database: runtime.database)
        celebrations = CelebrationStore(database: runtime.database)
    }
}
