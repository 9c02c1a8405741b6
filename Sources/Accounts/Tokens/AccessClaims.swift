package import JWTKit

/// The claims of an access token (spec 02 §7.1).
package struct AccessClaims: JWTPayload, Equatable {
    package var iss: String
    package var aud: String
    /// User id, decimal.
    package var sub: String
    /// Session id.
    package var sid: String
    /// The user's `session_version` at issue.
    package var sv: Int
    package var authMethod: String
    /// Informational: addresses change, so it decides nothing.
    package var address: String
    /// Always `access`.
    package var type: String
    package var jti: String
    /// Unix seconds.
    package var iat: Int64
    package var exp: Int64
    package var nbf: Int64?

    enum CodingKeys: String, CodingKey {
        case iss, aud, sub, sid, sv, address, type, jti, iat, exp, nbf
        case authMethod = "auth_method"
    }

    /// Nothing here: claims are judged by ``TokenVerifier``, which is given the instant.
    package func verify(using algorithm: some JWTAlgorithm) {}
}
