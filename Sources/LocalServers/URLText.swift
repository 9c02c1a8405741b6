import Foundation

/// Escaping of paths inside connection URLs.
public enum URLText {
    private static let plain = CharacterSet(charactersIn: "/-._~").union(
        .alphanumerics.intersection(CharacterSet(charactersIn: "\0"..."\u{7f}"))
    )

    /// `text` with everything but letters, digits and `/-._~` percent-encoded.
    public static func queryValue(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}
