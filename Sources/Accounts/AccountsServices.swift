package import Bitcoin
package import NIOCore
package import Platform
package import Postgres

/// The services the account routes share, made once a process.
package struct AccountsServices: Sendable {
    package let network: BitcoinNetwork
    package let database: PostgresClient
    package let audit: AuditLog
    package let limiter: RateLimiter
    package let profiles: ProfileStore
    package let keys: CurrentKeyRing
    package let tokens: TokenIssuer
    package let verifier: TokenVerifier
    package let principals: PrincipalCache
    package let revocations: SessionRevocations
    package let sessions: SessionService
    package let challenges: ChallengeService
    package let standing: SessionStanding
    package let administration: AdministrationService
    /// What the rest of the service is told of accounts.
    package let messages: AccountMessages
    package let hashing: HashingGate
    package let apiKeys: APIKeyAuthentication
    package let events = AuthEvents()
    package let subjects: SubjectHash
    package let passwords: PasswordHasher
    package let mailBell: MailBell
    /// What other features do when an account departs.
    let departures: [any DepartureObserver]
    let lockout: LoginLockout
    /// Wrong current passwords of signed-in users.
    let passwordFailures: FailureWindow
    /// Mails that ask again to confirm a mailbox.
    let resends: FailureWindow
    let refreshing: RefreshSettings
    private let lastSeen: LastSeen
    private let socketGraceSeconds: Int

    /// - Parameters:
    ///   - limiterPatience: how long Redis may take to count a request.
    ///   - departures: what other features do when an account is deleted, taken over or banned, in order.
    package init(
        runtime: Runtime,
        keys: CurrentKeyRing,
        limiterPatience: TimeAmount = .milliseconds(50),
        departures: [any DepartureObserver] = []
    ) {
        self.departures = departures
        let settings = runtime.settings.tokens
        network = runtime.settings.network.bitcoin
        database = runtime.database
        audit = AuditLog(database: runtime.database, logger: runtime.logger)
        limiter = RateLimiter(
            redis: runtime.redis,
            scale: runtime.settings.http.rateLimitScale,
            nodes: runtime.settings.database.clusterAPINodes,
            patience: limiterPatience,
            logger: runtime.logger
        )
        profiles = ProfileStore(database: runtime.database)
        self.keys = keys
        tokens = TokenIssuer(keys: keys, settings: settings, random: runtime.random)
        verifier = TokenVerifier(keys: keys, settings: settings)
        standing = SessionStanding(database: runtime.database)
        refreshing = RefreshSettings(
            key: SessionKey(settings, random: runtime.random),
            random: runtime.random,
            lifetimes: SessionLifetimes(settings)
        )
        lastSeen = LastSeen(runtime: runtime)
        socketGraceSeconds = runtime.settings.realtime.tokenGraceSeconds
        principals = PrincipalCache(store: PrincipalStore(database: runtime.database), clock: runtime.clock)
        revocations = SessionRevocations(redis: runtime.redis, settings: settings)
        sessions = SessionService(
            settings: settings,
            random: runtime.random,
            revocations: revocations,
            principals: principals,
            logger: runtime.logger
        )
        administration = AdministrationService(
            database: runtime.database,
            audit: audit,
            sessions: sessions,
            observers: departures
        )
        challenges = ChallengeService(redis: runtime.redis, settings: settings, random: runtime.random, audit: audit)
        messages = AccountMessages(redis: runtime.redis, logger: runtime.logger)
        hashing = HashingGate(random: runtime.random)
        subjects = SubjectHash(settings, random: runtime.random)
        passwords = PasswordHasher(gate: hashing)
        mailBell = MailBell(redis: runtime.redis)
        lockout = LoginLockout(redis: runtime.redis)
        passwordFailures = FailureWindow(limit: 10, seconds: 900, keyPrefix: "auth:pwfail:", redis: runtime.redis)
        resends = FailureWindow(limit: 1, seconds: 300, keyPrefix: "auth:resend:", redis: runtime.redis)
        apiKeys = APIKeyAuthentication(runtime: runtime, hashing: hashing, principals: principals, messages: messages)
    }

    /// What the gate asks.
    package var authenticator: AccountsAuthenticator {
        AccountsAuthenticator(
            verifier: verifier,
            accounts: principals,
            standing: standing,
            lastSeen: lastSeen,
            keys: apiKeys.authenticator,
            socketGraceSeconds: socketGraceSeconds
        )
    }
}
