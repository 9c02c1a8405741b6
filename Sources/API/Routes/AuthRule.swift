/// Who may call an endpoint. The table only carries the rule; the gate enforces it. Products add their own as static members.
public struct AuthRule: Sendable, Hashable {
    /// How a caller proves who it is.
    public enum Scheme: String, Sendable, Hashable {
        /// An access token in `Authorization: Bearer`.
        case bearer
        /// A key in `X-API-Key`.
        case apiKey
    }

    /// The rule's name, shown as `x-auth`.
    public let name: String
    /// The schemes that are accepted, any one of which suffices.
    public let schemes: [Scheme]
    /// Whether the endpoint also answers callers without credentials.
    public let isOptional: Bool
    /// What an API key must be allowed to do.
    public let scope: String?

    /// A rule.
    public init(_ name: String, schemes: [Scheme], isOptional: Bool = false, scope: String? = nil) {
        self.name = name
        self.schemes = schemes
        self.isOptional = isOptional
        self.scope = scope
    }

    /// Anyone; credentials are ignored.
    public static let none = AuthRule("none", schemes: [], isOptional: true)
    /// Anyone; a signed-in caller may see more.
    public static let optional = AuthRule("optional", schemes: [.bearer], isOptional: true)
    /// A signed-in caller with an access token.
    public static let bearer = AuthRule("bearer", schemes: [.bearer])
    /// A signed-in caller with an access token, or an API key with a scope.
    public static func bearerOrKey(scope: String) -> AuthRule {
        AuthRule("bearer_or_key", schemes: [.bearer, .apiKey], scope: scope)
    }
    /// An administrator.
    public static let admin = AuthRule("admin", schemes: [.bearer])
}
