/// One channel of a client that resumes, as a value: live messages wait until the logs have been read, so that what was missed comes first
/// and nothing comes twice.
struct ChannelResume: Sendable {
    /// What to send.
    enum Output: Sendable, Equatable {
        case acknowledge(ResumePosition)
        /// Something is missing; the client reads anew what it shows.
        case resync(ResumePosition)
        case message(PublishedMessage, ResumePosition)
        /// The logs cannot be read: the channel goes on without them.
        case unavailable([PublishedMessage], acknowledges: Bool)
    }

    /// Messages that may wait for the logs.
    static let maximumHeld = 4096

    private var position: ResumePosition?
    /// Nil while the channel is live.
    private var held: [PublishedMessage]? = []
    private var hasOverflowed = false
    private var acknowledges = true
    private var isGap = false
    /// Tells answers apart that come late.
    private(set) var attempt: Int

    init(_ wish: ResumeWish, attempt: Int = 0) {
        self.attempt = attempt
        if case .from(let position) = wish {
            self.position = position
            isGap = position == nil
        }
    }

    /// What to read: everything after this; nil to begin at the end.
    var from: ResumePosition? { position }

    /// Messages may have been lost on the way to this node: reads the logs again from where the client is.
    mutating func restart() {
        guard held == nil else { return attempt += 1 }
        held = []
        acknowledges = false
        attempt += 1
    }

    /// A message as it is published.
    /// - Returns: its position, if it is to be sent now.
    mutating func received(_ message: PublishedMessage) -> ResumePosition? {
        if held == nil {
            guard var next = position else { return nil }
            guard next.advance(to: message) else { return nil }
            position = next
            return next
        }
        if (held?.count ?? 0) < Self.maximumHeld { held?.append(message) } else { hasOverflowed = true }
        return nil
    }

    /// The logs as they were read; nil if they could not be.
    mutating func loaded(_ logs: ResumeLogs?) -> [Output] {
        guard let waiting = held else { return [] }
        guard let logs else {
            held = nil
            return [.unavailable(waiting, acknowledges: acknowledges)]
        }
        var outputs: [Output] = []
        let isGap = isGap || hasOverflowed || !logs.isComplete
        var current = isGap ? logs.last : position ?? logs.last
        if acknowledges { outputs.append(.acknowledge(current)) }
        if isGap { outputs.append(.resync(current)) }
        for message in (isGap ? [] : logs.messages) + waiting where current.advance(to: message) {
            outputs.append(.message(message, current))
        }
        position = current
        held = nil
        hasOverflowed = false
        self.isGap = false
        return outputs
    }
}

/// Both logs of a channel as they were read together.
struct ResumeLogs: Sendable, Equatable {
    /// The end of the logs.
    let last: ResumePosition
    /// Whether `messages` are all that came after the client's position.
    let isComplete: Bool
    /// In the order of their publication.
    let messages: [PublishedMessage]
}
