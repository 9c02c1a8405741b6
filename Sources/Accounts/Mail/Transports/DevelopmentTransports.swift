import Foundation
import Logging
import NIOPosix
import Platform

/// Sends nothing and logs that it would have: neither address nor text, for both would outlive the mail in the logs (spec 02 §14).
struct LogTransport: MailTransport {
    let logger: Logger
    let subjects: SubjectHash

    func send(_ message: MailMessage) async throws(MailFailure) {
        logger.info(
            "mail not sent: the provider is the log",
            metadata: [
                "event": "mail_logged", "mail_id": "\(message.id)", "subject": "\(message.subject)",
                "recipient_hash": "\(subjects.hash(.email, message.to.text))", "bytes": "\(message.encoded().count)",
            ]
        )
    }
}

/// Writes each mail whole into a file `<id>.eml` of a directory, readable by the owner alone. For development.
struct FileTransport: MailTransport {
    private let directory: String
    private let pool: NIOThreadPool

    init(directory: String, pool: NIOThreadPool = .singleton) {
        self.directory = directory
        self.pool = pool
    }

    func send(_ message: MailMessage) async throws(MailFailure) {
        let path = "\(directory)/\(message.id).eml"
        let content = Data(message.encoded())
        do {
            try await pool.runIfActive { [directory] in
                let files = FileManager.default
                try files.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                // Under another name first, so that whoever watches the directory never sees half a mail.
                let part = path + ".part"
                guard files.createFile(atPath: part, contents: content, attributes: [.posixPermissions: 0o600]),
                    rename(part, path) == 0
                else { throw MailFailure.unavailable(.storage) }
            }
        } catch {
            throw .unavailable(.storage)
        }
    }
}
