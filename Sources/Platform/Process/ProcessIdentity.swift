import Foundation

/// What tells this process from others in logs, metrics and consumer names.
package struct ProcessIdentity: Sendable {
    /// The node, stable over restarts.
    package let node: String
    /// Random per start, so that a restarted process is a new consumer.
    package let boot: String
    /// `api`, `worker`, `collector`.
    package let role: String

    /// - Parameter boot: random text of a few letters, made once a start.
    package init(node: String, role: String, boot: String) {
        self.node = node
        self.role = role
        self.boot = boot
    }

    /// The machine's name, cut to a label.
    static let hostName = String(ProcessInfo.processInfo.hostName.prefix { $0 != "." }.prefix(40))
}
