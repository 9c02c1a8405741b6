package import API
package import GameRules

/// One row of `audit_log` (spec 11 §4, §5): who did what to what, with what outcome. Never holds a secret, an e-mail address or a message.
package struct AuditEvent: Sendable {
    /// Who acted.
    package enum Actor: String, Sendable {
        case user, admin, system, anonymous
        case apiKey = "api_key"
    }

    /// How it ended.
    package enum Status: String, Sendable {
        case success, failure, denied
    }

    /// Dotted name such as `auth.login`.
    package var action: StaticString
    package var status: Status
    package var actor: Actor
    package var user: UserID?
    /// What was acted on, such as `session`, and which.
    package var resourceType: String?
    package var resourceID: String?
    /// More, as JSON members; at most 4 KB.
    package var details: JSONObject
    package var origin: AuditOrigin

    package init(
        _ action: StaticString,
        _ status: Status = .success,
        by actor: Actor,
        user: UserID? = nil,
        resource: (type: String, id: String)? = nil,
        details: JSONObject = JSONObject(),
        origin: AuditOrigin = .none
    ) {
        self.action = action
        self.status = status
        self.actor = actor
        self.user = user
        resourceType = resource?.type
        resourceID = resource?.id
        self.details = details
        self.origin = origin
    }
}

/// Where an audited request came from. The address is whole here and nowhere else.
package struct AuditOrigin: Sendable, Equatable {
    package var address: String?
    /// Cut to 500 characters.
    package var userAgent: String?
    package var requestID: String?

    package init(address: String? = nil, userAgent: String? = nil, requestID: String? = nil) {
        self.address = address
        self.userAgent = userAgent.map { String($0.prefix(500)) }
        self.requestID = requestID
    }

    /// Work nobody requested over HTTP.
    package static let none = AuditOrigin()
}
