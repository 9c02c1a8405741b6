import Foundation
import Glibc
import Synchronization

/// Keeps `endpoints.json` in step with what runs, and beside it the first demo token alone, for command lines. The files exist while the
/// instance is ready.
final class EndpointsFile: Sendable {
    private let path: String
    private let tokenPath: String
    private let state = Mutex<(endpoints: Endpoints?, pids: [String: Int32])>((nil, [:]))

    init(path: String, tokenPath: String) {
        self.path = path
        self.tokenPath = tokenPath
    }

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

    /// Writes the files for the first time, or anew with other tokens.
    func publish(_ endpoints: Endpoints) throws {
        try state.withLock { state in
            var current = endpoints
            current.pids = state.pids
            state.endpoints = current
            if let token = current.demoUsers.lazy.compactMap(\.token).first {
                try PrivateFile.write(Data((token + "\n").utf8), to: tokenPath)
            }
            try current.write(to: path)
        }
    }

    /// Takes the files away.
    func remove() {
        state.withLock { state in
            state.endpoints = nil
            unlink(path)
            unlink(tokenPath)
        }
    }
}
