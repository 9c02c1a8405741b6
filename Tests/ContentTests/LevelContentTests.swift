import Content
import Foundation
import Testing

@Suite("Level content")
struct LevelContentTests {
    /// `levels.json` of the specification.
    private struct Document: Decodable {
        struct Level: Decodable {
            let level: Int
            let title: String
            let xp_required: Int64
            let cumulative: Int64
        }
        let levels: [Level]
    }

    @Test("Numbers and titles equal the specification's data, and every level has a sentence of its own")
    func data() throws {
        let url = try #require(Bundle.module.url(forResource: "levels", withExtension: "json", subdirectory: "Data"))
        let expected = try JSONDecoder().decode(Document.self, from: Data(contentsOf: url)).levels
        #expect(expected.count == 15)
        #expect(expected.map(\.level) == LevelContent.all.map(\.level))
        for (expected, level) in zip(expected, LevelContent.all) {
            #expect(level.title == expected.title)
            #expect(level.xpRequired == expected.xp_required)
            #expect(level.cumulative == expected.cumulative)
            #expect((30...140).contains(level.description.count), "\(level.level)")
        }
        #expect(Set(LevelContent.all.map(\.description)).count == 15)
    }
}
