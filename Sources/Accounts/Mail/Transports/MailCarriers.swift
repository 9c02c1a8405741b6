import Logging
import Platform

/// Chooses the carrier the configuration names.
enum MailCarriers {
    /// - Throws: for TLS settings that cannot be used.
    static func transport(_ settings: MailSettings, from: Mailbox, clock: Clock, subjects: SubjectHash, logger: Logger) throws
        -> any MailTransport
    {
        switch settings.provider {
        case .log: LogTransport(logger: logger, subjects: subjects)
        case .file: FileTransport(directory: settings.fileDirectory)
        case .smtp: try SMTPTransport(.init(settings, clientName: String(from.address.domain)))
        case .resend: ResendTransport(key: settings.resendKey ?? Secret(""))
        case .ses:
            SESTransport(
                region: settings.sesRegion ?? "",
                accessKey: settings.sesAccessKey ?? Secret(""),
                secretKey: settings.sesSecretKey ?? Secret(""),
                clock: clock
            )
        }
    }
}
