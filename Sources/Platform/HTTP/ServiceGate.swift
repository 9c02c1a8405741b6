package import API
package import Bitcoin
package import Hummingbird
import HTTPTypes
import Metrics
import NIOCore
import Redis
import Synchronization

/// Stages 8 to 10 of the pipeline: credentials, rate limits, authentication (spec 01 §4). Authentication precedes validation, limits
/// precede the database.
package struct ServiceGate: RequestGate {
    package typealias Context = AppContext

    private let authenticator: any Authenticator
    private let limiter: RateLimiter
    private let schema: SchemaGuard
    private let trustedProxies: [AddressRange]
    private let subjects: RateSubject

    /// Checks of single operations that come before limits and credentials, such as a socket's origin.
    package typealias Precheck = @Sendable (Request) throws -> Void
    private let prechecks: [String: Precheck]
    private let foresights: [String: Foresight]

    /// - Parameters:
    ///   - prechecks: by operation id.
    ///   - foresights: by operation id.
    package init(
        authenticator: any Authenticator,
        limiter: RateLimiter,
        schema: SchemaGuard,
        trustedProxies: [AddressRange],
        subjects: SubjectHash,
        network: BitcoinNetwork,
        prechecks: [String: Precheck] = [:],
        foresights: [String: Foresight] = [:]
    ) {
        self.prechecks = prechecks
        self.foresights = foresights
        self.authenticator = authenticator
        self.limiter = limiter
        self.schema = schema
        self.trustedProxies = trustedProxies
        self.subjects = RateSubject(hashes: subjects, network: network)
    }

    package func admit(_ request: Request, route: RouteDescription?, body: JSONObject?, context: inout AppContext) async throws {
        if let route, route.rate == .none, route.auth == .none { return }
        if !prechecks.isEmpty, let route, let precheck = prechecks[route.id] { try precheck(request) }
        let client = clientAddress(request, context)
        context.client = client
        context.facts.note(client: client)

        let demands = route?.auth ?? .none
        let identity = demands.schemes.isEmpty ? .anonymous : await authenticator.identify(request.head, rule: demands, at: context.now)
        let known = try await limit(route, identity, client, body, &context)
        guard route != nil else { return }
        if !schema.isReady { try await schema.demand() }
        guard !demands.schemes.isEmpty else { return }
        if case .anonymous = identity, demands.isOptional { return }
        let principal = try await authenticator.authenticate(
            identity,
            isObjected: known.isObjected,
            rule: demands,
            client: client,
            at: context.now
        )
        context.principal = principal
        let caller = RememberedCaller(user: principal.user, address: principal.address)
        if known.caller == caller { context.foreseen = known.foreseen }
        context.facts.note(user: principal.user)
    }

    /// What Redis said besides the limits; nothing when it did not answer.
    private struct Asides {
        /// Whether it knows something against the identity.
        var isObjected = false
        /// Whom the foreseen answers are of.
        var caller: RememberedCaller?
        var foreseen: ForeseenReplies = []
    }

    private func limit(
        _ route: RouteDescription?,
        _ identity: Identity,
        _ client: ClientAddress,
        _ body: JSONObject?,
        _ context: inout AppContext
    ) async throws -> Asides {
        let rate = route?.rate ?? .default
        let subject = rate.readsBodySubject ? subjects.hash(of: body) : nil
        let buckets = RatePolicy.buckets(rate, route: route?.id ?? "", identity, client, subject: subject)
        guard !buckets.isEmpty else { return Asides() }
        var asides = Asides()
        var commands: [RedisCommand] = []
        let objection = authenticator.objection(to: identity)
        if let objection { commands.append(RedisCommand("EXISTS", objection)) }
        if let foresight = route.flatMap({ foresights[$0.id] }), let caller = authenticator.remembered(identity, at: context.now) {
            asides.caller = caller
            commands += foresight(caller, context.now)
        }
        let (decision, replies) = await limiter.admit(buckets, at: context.now, sending: commands)
        context.responseHeaders[RateHeaders.limit] = String(decision.limit)
        context.responseHeaders[RateHeaders.remaining] = String(decision.remaining)
        context.responseHeaders[RateHeaders.reset] = String(decision.reset)
        guard decision.isAdmitted else {
            Counter(label: "tbg_rate_limit_hits_total", dimensions: [("tier", decision.rateClass)]).increment()
            throw APIError.rateLimited(retryAfterSeconds: decision.retryAfterSeconds)
        }
        asides.foreseen = replies
        if objection != nil { asides.isObjected = (try? asides.foreseen.popFirst()?.get())?.value().int == 1 }
        return asides
    }

    private func clientAddress(_ request: Request, _ context: AppContext) -> ClientAddress {
        let peer = context.peer?.ipAddress.flatMap { IPAddress($0) }
        let forwarded = trustedProxies.isEmpty ? [] : request.headers[values: RateHeaders.forwardedFor]
        return ClientAddress(peer: peer, forwardedFor: forwarded, trusted: trustedProxies)
    }
}

enum RateHeaders {
    static let limit = SecurityHeaders.name("X-RateLimit-Limit")
    static let remaining = SecurityHeaders.name("X-RateLimit-Remaining")
    static let reset = SecurityHeaders.name("X-RateLimit-Reset")
    static let forwardedFor = SecurityHeaders.name("X-Forwarded-For")
}
