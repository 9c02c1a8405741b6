import Synchronization

/// The ring in force; a reload puts another in its place, and requests that already hold the old one finish with it.
package final class CurrentKeyRing: Sendable {
    private let current: Mutex<KeyRing>

    package init(_ ring: KeyRing) {
        current = Mutex(ring)
    }

    package var ring: KeyRing { current.withLock { $0 } }

    package func replace(with ring: KeyRing) { current.withLock { $0 = ring } }
}
