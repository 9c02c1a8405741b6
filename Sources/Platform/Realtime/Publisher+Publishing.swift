import Algorithms
package import NIOCore
import Redis

extension Publisher {
    /// A message ready to be published.
    package struct Published: Sendable {
        /// `ws:user:{id}` or `pubsub:{type}`.
        let topic: String
        /// The log that keeps it if somebody resumes; see ``ResumeLog/key(of:channel:)``.
        let log: String
        /// A JSON object with at least one member.
        let text: ByteBuffer

        package init(topic: String, log: String, text: ByteBuffer) {
            self.topic = topic
            self.log = log
            self.text = text
        }
    }

    /// Messages one script publishes: Redis does nothing else meanwhile.
    private static let atOnce = 100
    /// No caller waits for messages, so a Redis that is busy is given its time.
    private static let patience = TimeAmount.seconds(5)

    /// Publishes in order, in one round trip for many; losing messages is acceptable, so nothing is thrown.
    package func publish(_ messages: [Published]) async {
        for some in messages.chunks(ofCount: Self.atOnce) {
            _ = try? await redis.evaluate(
                ResumeLog.publish,
                keys: some.map(\.log),
                arguments: some.flatMap { [.string($0.topic), .buffer($0.text)] },
                timeout: Self.patience
            )
        }
    }
}
