import Accounts
import Mining
import Platform

/// What features do when an account is deleted, taken over by the owner of its address, banned or pardoned: one line each, for every
/// process that can bring it about.
enum Departures {
    static func observers(_ runtime: Runtime) -> [any DepartureObserver] {
        [RankDepartures(runtime: runtime)]
    }
}
