import Foundation

/// Reads variables, declares them, and collects every problem instead of stopping at the first (spec 01 §2).
///
/// The same calls that read a value describe it: `Settings.variables` is what a reader over an empty source has declared.
struct SettingsReader {
    let source: EnvironmentSource
    private(set) var problems: [ConfigurationError.Problem] = []
    private(set) var variables: [ConfigurationVariable] = []
    /// Secrets given in their plain form, which production refuses.
    private(set) var plainSecrets: [String] = []
    /// Secrets given in any form, by full name.
    private(set) var givenSecrets: Set<String> = []

    init(_ source: EnvironmentSource) {
        self.source = source
    }

    mutating func refuse(_ name: String, _ reason: String) {
        problems.append(.init(variable: "TBG_" + name, reason: reason))
    }

    mutating func text(_ name: String, _ fallback: String, _ meaning: String, length: ClosedRange<Int> = 0...4096) -> String {
        declare(name, fallback, meaning)
        guard let value = source.value("TBG_" + name) else { return fallback }
        guard length.contains(value.unicodeScalars.count) else {
            refuse(name, "must have \(length.lowerBound) to \(length.upperBound) characters")
            return fallback
        }
        return value
    }

    mutating func optionalText(_ name: String, _ meaning: String) -> String? {
        declare(name, "", meaning)
        return source.value("TBG_" + name)
    }

    mutating func integer(_ name: String, _ fallback: Int, in range: ClosedRange<Int>, _ meaning: String) -> Int {
        declare(name, String(fallback), meaning)
        guard let value = source.value("TBG_" + name) else { return fallback }
        guard let number = Int(value), range.contains(number) else {
            refuse(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }

    mutating func number(
        _ name: String,
        _ fallback: Double,
        above floor: Double = 0,
        upTo ceiling: Double = .greatestFiniteMagnitude,
        _ meaning: String
    ) -> Double {
        declare(name, fallback == fallback.rounded() ? String(Int(fallback)) : String(fallback), meaning)
        guard let value = source.value("TBG_" + name) else { return fallback }
        guard let number = Double(value), number.isFinite, number > floor, number <= ceiling else {
            refuse(name, "must be a number above \(floor)" + (ceiling < .greatestFiniteMagnitude ? ", at most \(ceiling)" : ""))
            return fallback
        }
        return number
    }

    mutating func boolean(_ name: String, _ fallback: Bool, _ meaning: String) -> Bool {
        declare(name, String(fallback), meaning)
        switch source.value("TBG_" + name)?.lowercased() {
        case nil: return fallback
        case "true", "1": return true
        case "false", "0": return false
        default:
            refuse(name, "must be true, false, 1 or 0")
            return fallback
        }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ fallback: Choice, _ meaning: String) -> Choice
    where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        declare(name, fallback.rawValue, "\(meaning): \(names)")
        guard let value = source.value("TBG_" + name) else { return fallback }
        guard let choice = Choice(rawValue: value) else {
            refuse(name, "must be one of \(names)")
            return fallback
        }
        return choice
    }

    /// An `http` or `https` address with a host.
    mutating func webAddress(_ name: String, _ fallback: String, _ meaning: String) -> String {
        let value = text(name, fallback, meaning, length: 1...2048)
        guard let parts = URLComponents(string: value), ["http", "https"].contains(parts.scheme), parts.host?.isEmpty == false,
            parts.user == nil, parts.query == nil, parts.fragment == nil
        else {
            refuse(name, "must be an http or https address")
            return fallback
        }
        return value
    }

    /// An `http` or `https` address with a host, or none.
    /// - Parameter mayNameUser: whether user and password may stand in it.
    mutating func optionalWebAddress(_ name: String, _ meaning: String, mayNameUser: Bool = false) -> URLComponents? {
        guard let value = optionalText(name, meaning) else { return nil }
        guard value.utf8.count <= 2048, let parts = URLComponents(string: value), ["http", "https"].contains(parts.scheme),
            parts.host?.isEmpty == false, mayNameUser || parts.user == nil, parts.query == nil, parts.fragment == nil
        else {
            refuse(name, "must be an http or https address")
            return nil
        }
        return parts
    }

    /// Comma-separated, or a JSON array of strings.
    mutating func list(_ name: String, _ fallback: [String], _ meaning: String) -> [String] {
        declare(name, fallback.joined(separator: ","), meaning)
        guard let value = source.value("TBG_" + name) else { return fallback }
        if value.hasPrefix("[") {
            guard let items = try? JSONDecoder().decode([String].self, from: Data(value.utf8)) else {
                refuse(name, "must be a comma-separated list or a JSON array of strings")
                return fallback
            }
            return items
        }
        return value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// A secret, plain or as `<name>_FILE`; `synonym` is a second name of the file form.
    mutating func secret(_ name: String, _ meaning: String, synonym: String? = nil) -> Secret? {
        declare(name, "", meaning, isSecret: true)
        declare(name + "_FILE", "", "path of a file that holds TBG_\(name)")
        if let synonym { declare(synonym, "", "synonym of TBG_\(name)_FILE") }
        let plain = source.value("TBG_" + name)
        let paths = ([name + "_FILE"] + [synonym].compactMap(\.self)).compactMap { source.value("TBG_" + $0) }
        if plain != nil || !paths.isEmpty { givenSecrets.insert("TBG_" + name) }
        guard paths.count < 2 else {
            refuse(name + "_FILE", "is given under two names")
            return nil
        }
        switch (plain, paths.first) {
        case (nil, nil):
            return nil
        case (_?, _?):
            refuse(name, "is given both plainly and as a file")
            return nil
        case (let plain?, nil):
            plainSecrets.append(name)
            return Secret(plain)
        case (nil, let path?):
            guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
                refuse(name + "_FILE", "names a file that cannot be read")
                return nil
            }
            let trimmed = content.trimmingCharacters(in: .whitespacesAndNewlines)
            if trimmed.isEmpty { refuse(name + "_FILE", "names an empty file") }
            return Secret(trimmed)
        }
    }

    /// The file a secret is read from; nil where it is given plainly or not at all.
    func path(ofSecret name: String, synonym: String? = nil) -> String? {
        source.value("TBG_\(name)_FILE") ?? synonym.flatMap { source.value("TBG_" + $0) }
    }

    private mutating func declare(_ name: String, _ fallback: String, _ meaning: String, isSecret: Bool = false) {
        variables.append(.init(name: "TBG_" + name, defaultText: fallback, isSecret: isSecret, meaning: meaning))
    }
}
