import API
import NIOCore
import Platform

/// Resend (resend.com): a JSON object over HTTPS. The message id is its idempotency key, so a mail that is sent twice arrives once.
struct ResendTransport: MailTransport {
    private let carrier: HTTPMailCarrier
    private let url: String
    private let key: Secret

    /// - Parameter baseURL: without a slash at its end.
    init(key: Secret, baseURL: String = "https://api.resend.com", carrier: HTTPMailCarrier = HTTPMailCarrier()) {
        self.key = key
        self.carrier = carrier
        url = baseURL + "/emails"
    }

    func send(_ message: MailMessage) async throws(MailFailure) {
        let body: JSONValue = [
            "from": .string("\(HeaderText.cleanedName(message.from.name)) <\(message.from.address.text)>"),
            "to": [.string(message.to.text)],
            "subject": .string(message.subject),
            "text": .string(message.text),
            "html": .string(message.html),
            "headers": ["Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": .string(message.id)],
        ]
        var writer = JSONWriter()
        body.encode(to: &writer)
        try await carrier.post(
            writer.bytes,
            to: url,
            headers: [
                ("Authorization", "Bearer \(key.revealed)"), ("Content-Type", "application/json"), ("Idempotency-Key", message.id),
            ]
        )
    }
}
