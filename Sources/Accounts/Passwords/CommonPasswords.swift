/// The passwords that guessing begins with (spec 02 §8.7): a list of our own selection, `common-passwords.txt`. A line `word*` stands
/// for the word with any of the usual endings.
enum CommonPasswords {
    /// The longest ending: what is longer takes more guesses.
    private static let longestEnding = 6

    /// Whether a password is on the list, whatever its case, and also when its word is written with the digits and signs that resemble
    /// letters.
    static func contains(_ password: String) -> Bool {
        let folded = password.lowercased()
        if list.exact.contains(folded) { return true }
        var stem = Substring(folded)
        while true {
            if list.words.contains(String(stem)) || list.words.contains(String(stem.map { lookalikes[$0] ?? $0 })) { return true }
            guard folded.count - stem.count < longestEnding, let last = stem.last, isEnding(last) else { return false }
            stem.removeLast()
        }
    }

    /// How many passwords are listed, endings aside.
    static var count: Int { list.exact.count + list.words.count }

    private static func isEnding(_ character: Character) -> Bool {
        character.isASCII && (character.isNumber || "!@#$.*?_-".contains(character))
    }

    private static let lookalikes: [Character: Character] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i",
    ]

    private static let list: (exact: Set<String>, words: Set<String>) = {
        var exact: Set<String> = []
        var words: Set<String> = []
        for line in String(decoding: PackageResources.common_passwords_txt, as: UTF8.self).split(separator: "\n") where line.first != "#" {
            if line.last == "*" { words.insert(String(line.dropLast())) } else { exact.insert(String(line)) }
        }
        return (exact, words)
    }()
}
