/// An event as readers get it: identity, pool time and checked payload.
package struct MiningEvent: Sendable, Equatable {
    package var envelope: EventEnvelope
    package var payload: EventPayload

    package init(envelope: EventEnvelope, payload: EventPayload) {
        self.envelope = envelope
        self.payload = payload
    }
}

/// A share as readers get it.
package struct ShareEvent: Sendable, Equatable {
    package var envelope: EventEnvelope
    package var share: ShareSubmitted

    package init(envelope: EventEnvelope, share: ShareSubmitted) {
        self.envelope = envelope
        self.share = share
    }
}
