package import Platform

/// The handlers of all streams, sharing what they remember of owners and workers. The consumers and the replay are built on it.
package struct MiningPipeline: Sendable {
    /// Takes shares.
    package let shares: ShareHandler
    /// Take everything else.
    package let control: [EventKind: any EventApplier]
    /// Whether shares are behind.
    package let pressure = IngestPressure()
    /// Switches off silent workers.
    package let timeout: WorkerTimeout
    /// What is known of losses.
    package let gaps: GapLog
    private let runtime: Runtime

    /// - Parameter observers: later features, in the order they act.
    package init(runtime: Runtime, observers: [any BatchObserver] = []) {
        self.runtime = runtime
        let network = runtime.settings.network.bitcoin
        let owners = OwnerBook()
        let workers = WorkerBook()
        let silence = Int64(runtime.settings.mining.workerTimeoutSeconds)
        let scribe = ControlScribe(
            database: runtime.database,
            owners: owners,
            workers: workers,
            observers: observers,
            publisher: runtime.publisher,
            silence: silence
        )
        let sessions = LiveSessions(redis: runtime.redis)
        timeout = WorkerTimeout(scribe: scribe, sessions: sessions, redis: runtime.redis)
        shares = ShareHandler(
            writer: ShareBatchWriter(
                database: runtime.database,
                owners: owners,
                workers: workers,
                observers: observers,
                silence: silence
            ),
            runtime: runtime,
            network: network,
            pressure: pressure
        )
        control = [
            .minerConnected: ConnectApplier(scribe: scribe, sessions: sessions),
            .minerDisconnected: DisconnectApplier(scribe: scribe, sessions: sessions),
            .difficultyUpdated: DifficultyApplier(scribe: scribe, sessions: sessions),
            .hashrateUpdate: HashrateApplier(sessions: sessions),
            .bestDifficulty: BestApplier(scribe: scribe, live: LiveState(redis: runtime.redis)),
            .blockFound: BlockApplier(scribe: scribe, network: network),
            .networkBlock: NetworkApplier(scribe: scribe, live: LiveNetwork(redis: runtime.redis)),
        ]
        gaps = GapLog(database: runtime.database, group: IngestService.group)
    }

    /// The handler of the streams that are not shares.
    package var controlHandler: ControlHandler {
        ControlHandler(appliers: control, network: runtime.settings.network.bitcoin, clock: runtime.clock)
    }

    /// Runs the raw log through the same handlers.
    package var replay: Replay {
        Replay(
            database: runtime.database,
            redis: runtime.redis,
            shares: shares,
            control: control,
            network: runtime.settings.network.bitcoin,
            clock: runtime.clock,
            group: IngestService.group
        )
    }
}
