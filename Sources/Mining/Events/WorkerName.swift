import Crypto

/// The name a miner gives one of its machines, made safe to store and to build keys from (spec 03a §3).
package enum WorkerName {
    /// Longest name, in characters.
    package static let maximumCount = 64
    /// The name of a worker that gives none.
    package static let fallback = "default"
    /// What is kept of a name that has to be changed, before `~` and six hexadecimal digits of its hash.
    private static let keptCount = 57

    /// Makes a name safe. Names that have to be changed get a suffix from their hash, so that two different names never merge.
    package static func normalised(_ name: String) -> String {
        if name.isEmpty { return fallback }
        if name.utf8.count <= maximumCount, name.utf8.allSatisfy(isAllowed) { return name }
        let kept = name.unicodeScalars.prefix(keptCount).map { scalar in
            scalar.isASCII && isAllowed(UInt8(scalar.value)) ? Character(scalar) : "_"
        }
        let digits = SHA256.hash(data: Array(name.utf8)).prefix(3).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return String(kept) + "~" + digits.joined()
    }

    /// Whether a name is one that ``normalised(_:)`` can return.
    package static func isNormalised(_ name: some StringProtocol) -> Bool {
        let text = name.utf8
        guard !text.isEmpty, text.count <= maximumCount else { return false }
        guard let tilde = text.firstIndex(of: UInt8(ascii: "~")) else { return text.allSatisfy(isAllowed) }
        let suffix = text[text.index(after: tilde)...]
        return suffix.count == 6 && suffix.allSatisfy { $0.hexadecimalValue != nil && !(0x41...0x46).contains($0) }
            && text[..<tilde].allSatisfy(isAllowed)
    }

    /// `[A-Za-z0-9._-]`.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte.isASCIILetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
