package import Platform

/// The scheduled tasks of mining (spec 03 §6). Each takes the instant it is run for and may be run again for the same one.
package struct MiningJobs: Sendable {
    /// Every five minutes.
    package let snapshots: HashrateSnapshots
    /// Every minute.
    package let bulkHashrates: BulkHashrates
    /// Every thirty seconds.
    package let timeout: WorkerTimeout
    /// Every thirty seconds.
    package let ranks: RankReconciliation
    /// Every night, after the day is over.
    package let audit: RollupAudit
    /// Every night.
    package let archive: WorkerArchive
    /// Every evening, of the day that ends.
    package let newMiners: NewMiners

    /// - Parameter observers: features that hear of workers going off, as those of ingest.
    package init(runtime: Runtime, observers: [any BatchObserver] = []) {
        snapshots = HashrateSnapshots(runtime: runtime)
        bulkHashrates = BulkHashrates(runtime: runtime)
        timeout = MiningPipeline(runtime: runtime, observers: observers).timeout
        ranks = RankReconciliation(runtime: runtime)
        audit = RollupAudit(runtime: runtime)
        archive = WorkerArchive(runtime: runtime)
        newMiners = NewMiners(runtime: runtime)
    }
}
