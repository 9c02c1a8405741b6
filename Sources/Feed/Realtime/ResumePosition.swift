/// How far a client has got on a channel: in the log of its user's messages and in the log of what all users share. Clients see the two
/// epochs and the two offsets as opaque texts `epoch` and `offset`.
struct ResumePosition: Sendable, Equatable {
    /// How far in one log.
    struct Point: Sendable, Equatable {
        var epoch: String
        var offset: Int64
    }

    var personal: Point
    var shared: Point

    init(personal: Point, shared: Point) {
        self.personal = personal
        self.shared = shared
    }

    /// - Returns: nil for texts no server has sent.
    init?(epoch: String, offset: String) {
        let epochs = epoch.split(separator: ".", omittingEmptySubsequences: false)
        let offsets = offset.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
        guard epochs.count == 2, offsets.count == 2, epochs.allSatisfy(Self.isEpoch), let first = offsets[0], let second = offsets[1],
            first >= 0, second >= 0
        else { return nil }
        personal = Point(epoch: String(epochs[0]), offset: first)
        shared = Point(epoch: String(epochs[1]), offset: second)
    }

    private static func isEpoch(_ text: Substring) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// The two members of a frame, with a comma behind them.
    var members: String {
        #""epoch":"\#(personal.epoch).\#(shared.epoch)","offset":"\#(personal.offset).\#(shared.offset)","#
    }

    /// Moves on to a message's place. False for a message the client has.
    mutating func advance(to message: PublishedMessage) -> Bool {
        guard let place = message.place else { return true }
        if case .user = message.audience { return Self.advance(&personal, place) }
        return Self.advance(&shared, place)
    }

    private static func advance(_ point: inout Point, _ place: PublishedMessage.Place) -> Bool {
        if place.epoch == point.epoch, place.offset <= point.offset { return false }
        point = Point(epoch: place.epoch, offset: place.offset)
        return true
    }
}

/// What a client that subscribes asks of the messages it has missed.
enum ResumeWish: Sendable, Equatable {
    /// To be told positions from now on.
    case start
    /// To get what came after a position; nil for one that cannot be read, which is a gap.
    case from(ResumePosition?)
}
