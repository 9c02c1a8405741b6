/// The lock that one process of the cluster holds. Holding it avoids wasted work; it is not what makes tasks correct.
///
/// Calls are made one at a time and must end by themselves, by a timeout of the connection if need be.
public protocol Leadership: Sendable {
    /// Tries to become the leader without waiting for the present one; an error counts as `false`.
    func tryAcquire() async throws -> Bool

    /// Whether leadership is certainly still held: a trivial query on the very connection that holds the lock.
    func stillHeld() async -> Bool

    /// Gives leadership up; does nothing when it is not held.
    func release() async
}
