import GameRules
package import Platform
package import Scheduler

/// The scheduled task that looks at the Bitcoin network itself (spec 11 §7), where a node or a service is configured.
package enum NetworkJobs {
    /// - Parameter observers: of later features, as ingest has them.
    package static func tasks(_ runtime: Runtime, observers: [any BatchObserver] = []) -> [ScheduledTask] {
        let sources = sources(runtime.settings)
        guard !sources.isEmpty, let applier = MiningPipeline(runtime: runtime, observers: observers).control[.networkBlock] else {
            return []
        }
        let follower = ChainFollower(sources: sources, applier: applier, database: runtime.database, logger: runtime.logger)
        return [
            ScheduledTask("network_tip", .every(seconds: 30), catchUp: .newestOnly, usualDurationMilliseconds: 1000) { _, now in
                try await follower.run(now: Instant(millisecondsSinceUnixEpoch: now))
            }
        ]
    }

    /// The configured chain sources in the order they are asked: one's own node first.
    package static func sources(_ settings: Settings) -> [any ChainSource] {
        var sources: [any ChainSource] = []
        if let node = settings.chain.bitcoinRPC { sources.append(BitcoinCoreSource(node, network: settings.network.bitcoin)) }
        if let url = settings.chain.esploraURL { sources.append(EsploraSource(url: url)) }
        return sources
    }
}
