/// The effective configuration of a process: environment variables only, all with the prefix `TBG_` (spec 01 §2).
package struct Settings: Sendable {
    /// Where a process runs; decides how strict start-up is.
    package enum Environment: String, Sendable, CaseIterable {
        case development, test, staging, production

        /// Whether generated keys, log-only mail and a `.env` file are acceptable.
        package var isRelaxed: Bool { self == .development || self == .test }
    }

    /// Least severe level that is logged.
    package enum LogLevel: String, Sendable, CaseIterable {
        case debug, info, warning, error
    }

    /// Form of a log line.
    package enum LogFormat: String, Sendable, CaseIterable {
        case json, console
    }

    /// The Bitcoin network addresses must belong to.
    package enum Network: String, Sendable, CaseIterable {
        case mainnet, testnet, signet, regtest
    }

    /// How time tables are kept (spec 03a §10).
    package enum TimescaleMode: String, Sendable, CaseIterable {
        case auto, on, off
    }

    /// See the variable table in `docs/configuration.md` for every member's meaning and unit.
    package let environment: Environment
    package let debug: Bool
    package let logLevel: LogLevel
    package let logFormat: LogFormat
    package let network: Network
    package let http: HTTPSettings
    package let database: DatabaseSettings
    package let redis: RedisSettings
    package let tokens: TokenSettings
    package let mail: MailSettings
    package let realtime: RealtimeSettings
    package let mining: MiningSettings
    package let collector: CollectorSettings
    package let chain: ChainSettings
    package let nodeID: String
    /// `TBG_` variables nobody knows: logged once by name.
    package let unknownVariables: [String]

    /// Reads and checks everything.
    /// - Throws: ``ConfigurationError`` with every problem at once.
    package init(_ source: EnvironmentSource) throws(ConfigurationError) {
        var reader = SettingsReader(source)
        self.init(reading: &reader)
        ProductionChecks.run(self, &reader)
        if !reader.problems.isEmpty { throw ConfigurationError(problems: reader.problems) }
    }

    /// Every variable the service knows, in documentation order.
    package static var variables: [ConfigurationVariable] {
        var reader = SettingsReader(EnvironmentSource([:]))
        _ = Settings(reading: &reader)
        return reader.variables
    }

    private init(reading reader: inout SettingsReader) {
        environment = reader.choice("ENVIRONMENT", .development, "how strict start-up is")
        debug = reader.boolean("DEBUG", false, "must be false in staging and production")
        logLevel = reader.choice("LOG_LEVEL", .info, "least severe level that is logged")
        logFormat = reader.choice("LOG_FORMAT", .json, "form of a log line")
        network = reader.choice("BTC_NETWORK", .mainnet, "network that addresses must belong to")
        nodeID = reader.text("NODE_ID", ProcessIdentity.hostName, "name of this node in logs, metrics and consumer names", length: 1...40)
        http = HTTPSettings(&reader, environment: environment)
        database = DatabaseSettings(&reader)
        redis = RedisSettings(&reader)
        tokens = TokenSettings(&reader)
        mail = MailSettings(&reader)
        realtime = RealtimeSettings(&reader)
        mining = MiningSettings(&reader)
        collector = CollectorSettings(&reader)
        chain = ChainSettings(&reader)
        let known = Set(reader.variables.map(\.name))
        unknownVariables = reader.source.prefixedNames.filter { !known.contains($0) }
    }

    /// The effective configuration for operators: `NAME=value`, secrets as `set` or `unset` (`tbg config check`).
    package static func report(_ source: EnvironmentSource) -> [String] {
        // Read again rather than taken from `variables`: some defaults follow from other variables.
        var reader = SettingsReader(source)
        _ = Settings(reading: &reader)
        return reader.variables.map { variable in
            if variable.isSecret { return "\(variable.name)=\(reader.givenSecrets.contains(variable.name) ? "set" : "unset")" }
            let value = source.value(variable.name) ?? variable.defaultText
            return "\(variable.name)=\(URLCredentials.removed(from: value))"
        }
    }
}
