import API

/// All settings of a user (spec 02 §8.3).
struct UserSettings: Sendable, Equatable {
    /// What differs from the initial values; nothing else is stored.
    private var chosen: [SettingsGroup: JSONObject]

    /// - Parameter stored: as the database has it. What no key knows, or is of another kind, counts as not chosen.
    init(stored: [SettingsGroup: JSONObject] = [:]) {
        chosen = stored.mapValues { _ in JSONObject() }
        for (group, values) in stored {
            for key in group.keys {
                guard let value = values[key.name], value != key.initial, value.kind == key.initial.kind else { continue }
                chosen[group]?[key.name] = value
            }
        }
    }

    /// The value of a key, chosen or initial.
    func value(_ group: SettingsGroup, _ key: SettingsKey) -> JSONValue { chosen[group]?[key.name] ?? key.initial }

    /// What really changes when some keys take new values.
    func changes(by patch: SettingsPatch) -> [SettingsChange] {
        SettingsGroup.allCases.flatMap { group in
            group.keys.compactMap { key in
                guard let new = patch.values[group]?[key.name] else { return nil }
                let old = value(group, key)
                return new == old ? nil : SettingsChange(group: group, key: key, old: old, new: new)
            }
        }
    }
}

/// A key and its new value.
struct SettingsChange: Sendable {
    let group: SettingsGroup
    let key: SettingsKey
    let old: JSONValue
    let new: JSONValue

    /// `group.key`
    var path: String { "\(group.rawValue).\(key.name)" }
}

extension UserSettings: JSONEncodable {
    static var jsonSchema: JSONSchema {
        .named("UserSettings") {
            .object(
                SettingsGroup.allCases.map { group in
                    let keys = group.keys.map {
                        JSONProperty(name: $0.name, schema: $0.rule.schema(), documentation: $0.documentation)
                    }
                    return JSONProperty(name: group.rawValue, schema: .object(keys))
                }
            )
        }
    }

    func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        for group in SettingsGroup.allCases {
            writer.name(group.rawValue)
            writer.beginObject()
            for key in group.keys {
                writer.name(key.name)
                writer.value(value(group, key))
            }
            writer.endObject()
        }
        writer.endObject()
    }
}
