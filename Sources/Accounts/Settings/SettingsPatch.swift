import API

/// What a PATCH of settings says: new values of the keys it names. A key set to null takes its initial value.
struct SettingsPatch: EndpointInput {
    let values: [SettingsGroup: JSONObject]

    init(from fields: inout RequestFields) {
        let notifications = fields.change("notifications", .object(NotificationSettings.self), doc: "Whom to tell what")
        let privacy = fields.change("privacy", .object(PrivacySettings.self), doc: "What others see")
        let mining = fields.change("mining", .object(MiningSettings.self))
        let sound = fields.change("sound", .object(SoundSettings.self))
        var values: [SettingsGroup: JSONObject] = [:]
        values[.notifications] = notifications?.values
        values[.privacy] = privacy?.values
        values[.mining] = mining?.values
        values[.sound] = sound?.values
        self.values = values
    }

    private struct NotificationSettings: GroupPatch {
        static let group = SettingsGroup.notifications
        let values: JSONObject
    }

    private struct PrivacySettings: GroupPatch {
        static let group = SettingsGroup.privacy
        let values: JSONObject
    }

    private struct MiningSettings: GroupPatch {
        static let group = SettingsGroup.mining
        let values: JSONObject
    }

    private struct SoundSettings: GroupPatch {
        static let group = SettingsGroup.sound
        let values: JSONObject
    }
}

/// The keys of one group in a PATCH, read by the group's own list.
private protocol GroupPatch: FieldObject {
    static var group: SettingsGroup { get }
    var values: JSONObject { get }
    init(values: JSONObject)
}

extension GroupPatch {
    init(from fields: inout ObjectFields) {
        var values = JSONObject()
        for key in Self.group.keys {
            switch fields.patch(key.name, key.rule, doc: key.documentation) {
            case .absent: break
            case .null: values[key.name] = key.initial
            case .value(let value): values[key.name] = value
            }
        }
        self.init(values: values)
    }
}
