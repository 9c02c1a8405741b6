/// How a run ended.
public enum TaskOutcome: Hashable, Sendable {
    /// The body returned and the end is recorded.
    case succeeded
    /// The body or the ledger failed; a short code without any user data.
    case failed(code: String)
    /// Nothing was done: the ledger already holds this key, or a later one, as successful.
    case alreadyDone
    /// Nothing was done: another process holds the task's lock.
    case lockedElsewhere

    /// `succeeded`, `failed`, `already_done` or `locked`: the label of metrics and records.
    public var label: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .alreadyDone: "already_done"
        case .lockedElsewhere: "locked"
        }
    }
}

/// An error that names its own failure code for the ledger: short, fixed text without any user data.
public protocol TaskFailure: Error {
    /// For example `chain_unavailable`.
    var failureCode: String { get }
}

extension TaskOutcome {
    /// The failure an error stands for: its own code, or the name of its type, never its description.
    static func failure(_ error: any Error) -> TaskOutcome {
        if error is CancellationError { return .failed(code: "cancelled") }
        return .failed(code: (error as? any TaskFailure)?.failureCode ?? "\(type(of: error))")
    }
}
