import Accounts
import Platform

/// What features do when an account is deleted, taken over by the owner of its address, or banned: one line each, for every process that
/// can bring it about.
enum Departures {
    static func observers(_ runtime: Runtime) -> [any DepartureObserver] { [] }
}
