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

    package init(runtime: Runtime) {
        badges = BadgeReadStore(database: runtime.database)
        earned = EarnedBadgeStore(database: runtime.database)
        directory = BadgeDirectory(database: runtime.database)
        progress = ProgressService(database: runtime.database, directory: directory)
        ledger = LedgerReadStore(database: runtime.database)
        calendar = CalendarReadStore(database: runtime.database)
        celebrations = CelebrationStore(database: runtime.database)
    }
}
