package import API

extension APIError {
    /// 403 for every use of an account an administrator has banned.
    package static let accountBanned = APIError.forbidden("account_banned", "This account is banned.")

    /// 401: the session is over, though the token has not expired.
    package static let sessionRevoked = APIError.unauthorized(
        "session_revoked",
        "This session has ended. Please sign in again.",
        hadToken: true
    )

    /// 409: somebody registered the address by e-mail and never proved it.
    static let addressClaimedByEmail = APIError.conflict(
        "address_claimed_by_email",
        """
        Someone registered this address by e-mail without proving it. If it was you, sign in by e-mail and link your wallet; otherwise \
        confirm that you take the address over.
        """
    )

    static let refreshTokenInvalid = APIError.unauthorized("refresh_token_invalid", "Please sign in again.", hadToken: true)
    static let refreshTokenExpired = APIError.unauthorized(
        "refresh_token_expired",
        "Your session has expired. Please sign in again.",
        hadToken: true
    )
    static let refreshTokenReused = APIError.unauthorized(
        "refresh_token_reused",
        "This session was ended because its token was used twice. Please sign in again.",
        hadToken: true
    )
}
