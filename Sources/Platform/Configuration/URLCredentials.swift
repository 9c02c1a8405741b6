import Foundation

/// The user-info part of a URL, which logs and reports must not show.
enum URLCredentials {
    /// The password inside a URL, if it has one.
    static func password(in url: String) -> String? {
        URLComponents(string: url)?.password
    }

    /// The URL with its password replaced; text that is no URL stays as it is.
    static func removed(from text: String) -> String {
        guard text.contains("://"), var parts = URLComponents(string: text), parts.password != nil else { return text }
        parts.password = "set"
        return parts.string ?? "unreadable"
    }
}

extension UInt8 {
    /// A letter, digit, hyphen or dot, and a colon for a port.
    var isHostCharacter: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"): true
        default: false
        }
    }

    var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}
