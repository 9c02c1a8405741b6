import API

/// One setting: its name, its rule, and what holds while a user chose nothing else (spec 02 §8.3).
struct SettingsKey: Sendable {
    let name: String
    let initial: JSONValue
    let rule: FieldRule<JSONValue>
    let documentation: String

    static func flag(_ name: String, _ initial: Bool, _ documentation: String = "") -> SettingsKey {
        SettingsKey(name, .bool(initial), .boolean, documentation) { .bool($0) }
    }

    static func text(_ name: String, _ initial: String, _ rule: FieldRule<String>, _ documentation: String = "") -> SettingsKey {
        SettingsKey(name, .string(initial), rule, documentation) { .string($0) }
    }

    static func number(_ name: String, _ initial: Int, _ range: ClosedRange<Int>, _ documentation: String = "") -> SettingsKey {
        SettingsKey(name, .integer(Int64(initial)), .integer(range), documentation) { .integer(Int64($0)) }
    }

    static func choice<Value>(_ name: String, _ initial: Value, _ documentation: String = "") -> SettingsKey
    where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
        SettingsKey(name, .string(initial.rawValue), FieldRule<Value>.oneOf(), documentation) { .string($0.rawValue) }
    }

    private init<Value>(
        _ name: String,
        _ initial: JSONValue,
        _ rule: FieldRule<Value>,
        _ documentation: String,
        _ json: @escaping @Sendable (Value) -> JSONValue
    ) {
        self.name = name
        self.initial = initial
        self.rule = rule.mapped(standIn: initial) { json($0) }
        self.documentation = documentation
    }
}
