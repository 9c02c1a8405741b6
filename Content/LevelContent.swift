import Foundation

/// The levels as data: numbers, titles and a sentence each (spec 05 §3).
public enum LevelContent {
    /// One row of the level table.
    public struct Level: Decodable, Sendable, Hashable {
        /// 1…10, 15, 20, 25, 30 or 50.
        public let level: Int
        /// The title shown with the level.
        public let title: String
        /// Published on the wire, never computed with.
        public let xpRequired: Int64
        /// The total from which a player has this level.
        public let cumulative: Int64
        /// What it means to be here, one sentence.
        public let description: String

        private enum CodingKeys: String, CodingKey {
            case level, title, cumulative, description
            case xpRequired = "xp_required"
        }
    }

    private struct Document: Decodable {
        let levels: [Level]
    }

    /// All levels, ascending. A file that cannot be read would be empty here; the tests of this target read it.
    public static let all: [Level] =
        ((try? JSONDecoder().decode(Document.self, from: Data(PackageResources.levels_json)))?.levels ?? []).sorted { $0.level < $1.level }
}
