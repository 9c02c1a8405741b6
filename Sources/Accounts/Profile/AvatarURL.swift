import Foundation

/// Where a user's picture lies. The service stores the address and never fetches it (spec 02 §8.2).
package enum AvatarURL {
    /// Longest permitted, characters.
    package static let maximumLength = 512

    /// Whether the text is an absolute `https` URL with a host and without user information, in printable ASCII without white space.
    package static func isAcceptable(_ text: String) -> Bool {
        guard text.utf8.count <= maximumLength, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = URLComponents(string: text, encodingInvalidCharacters: false), parts.scheme?.lowercased() == "https",
            parts.user == nil, parts.password == nil, let host = parts.host, !host.isEmpty
        else { return false }
        return true
    }
}
