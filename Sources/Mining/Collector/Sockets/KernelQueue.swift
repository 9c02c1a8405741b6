import Foundation

/// How many datagrams the kernel queues for a Unix socket (`net.unix.max_dgram_qlen`, spec 03a §4.1). A burst beyond it is lost in the pool.
enum KernelQueue {
    /// Below this a warning is due; deployments set 8,192 before the socket is made.
    static let advised = 1024

    /// The setting; nil where it cannot be read.
    static func length(path: String = "/proc/sys/net/unix/max_dgram_qlen") -> Int? {
        FileManager.default.contents(atPath: path).flatMap {
            Int(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}
