import API
import Foundation
import NIOCore
import Platform

/// Amazon SES, API version 2: the whole mail in a signed request.
struct SESTransport: MailTransport {
    private let carrier: HTTPMailCarrier
    private let signer: RequestSigner
    private let baseURL: String
    private let host: String
    private let clock: Clock

    private static let path = "/v2/email/outbound-emails"

    /// - Parameter baseURL: without a slash at its end; by default the region's endpoint.
    init(
        region: String,
        accessKey: Secret,
        secretKey: Secret,
        baseURL: String? = nil,
        carrier: HTTPMailCarrier = HTTPMailCarrier(),
        clock: Clock
    ) {
        let url = baseURL ?? "https://email.\(region).amazonaws.com"
        self.baseURL = url
        host = url.split(separator: "/").last.map(String.init) ?? ""
        self.carrier = carrier
        self.clock = clock
        signer = RequestSigner(accessKey: accessKey, secretKey: secretKey, region: region, service: "ses")
    }

    func send(_ message: MailMessage) async throws(MailFailure) {
        let value: JSONValue = [
            "FromEmailAddress": .string(
                "\(HeaderText.phrase(message.from.name).replacing("\r\n ", with: " ")) <\(message.from.address.text)>"
            ),
            "Destination": ["ToAddresses": [.string(message.to.text)]],
            "Content": ["Raw": ["Data": .string(Data(message.encoded()).base64EncodedString())]],
        ]
        var writer = JSONWriter()
        value.encode(to: &writer)
        let body = writer.bytes
        let headers = signer.headers(
            method: "POST",
            path: Self.path,
            headers: [("content-type", "application/json"), ("host", host)],
            body: body,
            at: clock.now()
        )
        try await carrier.post(body, to: baseURL + Self.path, headers: headers.filter { $0.0 != "host" })
    }
}
