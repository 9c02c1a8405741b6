import API

extension MiningAnswer {
    /// The objects of a list; the whole body when no path is given.
    func list(_ path: String? = nil) -> [JSONObject] {
        ((path.map { self[$0] } ?? json)?.arrayValue ?? []).compactMap(\.objectValue)
    }

    /// One member of every object of a list.
    func column(_ name: String, of path: String? = nil) -> [JSONValue] { list(path).map { $0[name] ?? "absent" } }
}
