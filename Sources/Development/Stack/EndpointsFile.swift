import Glibc
import Synchronization

/// Keeps `endpoints.json` in step with what runs. The file exists while the instance is ready.
final class EndpointsFile: Sendable {
    private let path: String
    private let state = Mutex<(endpoints: Endpoints?, pids: [String: Int32])>((nil, [:]))

    init(path: String) { self.path = path }

    /// Process ids known so far.
    var pids: [String: Int32] { state.withLock { $0.pids } }

    /// Takes the new process ids and, once published, writes them.
    func update(pids: [Role: Int32]) {
        state.withLock { state in
            state.pids = Dictionary(uniqueKeysWithValues: pids.map { ($0.key.rawValue, $0.value) })
            state.pids["dev"] = getpid()
            guard state.endpoints != nil else { return }
            state.endpoints?.pids = state.pids
            // A full disk must not end the instance; the next change tries again.
            try? state.endpoints?.write(to: path)
        }
    }

    /// Writes the file for the first time, or anew with other tokens.
    func publish(_ endpoints: Endpoints) throws {
        try state.withLock { state in
            var current = endpoints
            current.pids = state.pids
            state.endpoints = current
            try current.write(to: path)
        }
    }

    /// Takes the file away.
    func remove() {
        state.withLock { state in
            state.endpoints = nil
            unlink(path)
        }
    }
}
