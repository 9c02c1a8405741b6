/// What a server says it can do, in its answer to EHLO (RFC 5321 §4.1.1.1).
struct SMTPCapabilities: Sendable, Equatable {
    let offersStartTLS: Bool
    /// In upper case.
    let mechanisms: Set<String>

    init(_ reply: SMTPReply) {
        var offersStartTLS = false
        var mechanisms: Set<String> = []
        for line in reply.lines.dropFirst() {
            // Some servers write `AUTH=LOGIN`.
            let words = line.uppercased().split { $0 == " " || $0 == "=" }
            switch words.first {
            case "STARTTLS": offersStartTLS = true
            case "AUTH": mechanisms.formUnion(words.dropFirst().map(String.init))
            default: break
            }
        }
        self.offersStartTLS = offersStartTLS
        self.mechanisms = mechanisms
    }
}
