package import API

extension RateClass {
    /// Signing in: challenge, verify, login and the like; counted by caller and subject (spec 01 §7.1).
    package static let credentials = RateClass("strict_credentials", readsBodySubject: true)
    /// Registering an account.
    package static let registration = RateClass("strict_registration", readsBodySubject: true)
    /// Asking for a password reset.
    package static let forgottenPassword = RateClass("strict_forgotten_password", readsBodySubject: true)
    /// Exchanging a refresh token, or ending its session.
    package static let refresh = RateClass("strict_refresh", readsBodySubject: true)
    /// Administration.
    package static let admin = RateClass("strict_admin")
    /// Opening a socket: attempts, not messages (spec 04 §7.1).
    package static let sockets = RateClass("sockets")
}
