/// What a mail says, written once for both of its parts. HTML carries its style with it and loads nothing.
struct MailText: Sendable, Equatable {
    /// A piece of a mail.
    enum Block: Sendable, Equatable {
        case paragraph(String)
        /// A link to our own front end.
        case link(label: String, url: String)
        /// Small print.
        case note(String)
    }

    let subject: String
    let blocks: [Block]

    /// The plain part.
    func plain(signature: String) -> String {
        let pieces = blocks.map { block in
            switch block {
            case .paragraph(let text), .note(let text): text
            case .link(let label, let url): "\(label):\n\(url)"
            }
        }
        return (pieces + ["-- \n" + signature]).joined(separator: "\n\n") + "\n"
    }

    /// The HTML part.
    func html(signature: String) -> String {
        let pieces = blocks.map { block in
            switch block {
            case .paragraph(let text): "<p style=\"margin:0 0 16px\">\(HTMLText.lines(text))</p>"
            case .note(let text): "<p style=\"margin:0 0 16px;font-size:13px;color:#5f6570\">\(HTMLText.lines(text))</p>"
            case .link(let label, let url):
                "<p style=\"margin:0 0 16px\"><a href=\"\(HTMLText.escaped(url))\" style=\"display:inline-block;padding:12px 20px;"
                    + "background:#b85c00;color:#ffffff;text-decoration:none;border-radius:6px\">\(HTMLText.escaped(label))</a></p>\n"
                    + "<p style=\"margin:0 0 16px;font-size:13px;color:#5f6570;word-break:break-all\">\(HTMLText.escaped(url))</p>"
            }
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <title>\(HTMLText.escaped(subject))</title></head>
            <body style="margin:0;padding:24px;background:#f4f5f7;color:#1c1f24;font:16px/1.5 system-ui,sans-serif">
            <div style="max-width:560px;margin:0 auto;padding:28px;background:#ffffff;border-radius:8px">
            \(pieces.joined(separator: "\n"))
            <p style="margin:24px 0 0;font-size:13px;color:#5f6570">\(HTMLText.escaped(signature))</p>
            </div></body></html>

            """
    }
}

/// Text inside HTML.
enum HTMLText {
    /// Escaped, with its line ends shown.
    static func lines(_ text: String) -> String { escaped(text).replacing("\n", with: "<br>") }

    /// With everything replaced that HTML would understand, in text and in quoted attributes.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
