import Content
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Badge content")
struct BadgeContentTests {
    /// `badges.json` of the specification.
    private struct Document: Decodable {
        struct Config: Decodable {
            let threshold: Double?
            let event: String?
        }
        struct Badge: Decodable {
            let sort_order: Int
            let slug: String
            let name: String
            let category: String
            let rarity: String
            let xp_reward: Int64
            let trigger_type: String
            let trigger_config: Config
            let is_active: Bool
        }
        let badges: [Badge]
    }

    @Test("Numbers, names and conditions equal the specification's data")
    func data() throws {
        let url = try #require(Bundle.module.url(forResource: "badges", withExtension: "json", subdirectory: "Data"))
        let expected = try JSONDecoder().decode(Document.self, from: Data(contentsOf: url)).badges
        #expect(expected.count == 20)
        #expect(expected.map(\.slug) == BadgeContent.all.map(\.slug))
        for (expected, badge) in zip(expected, BadgeContent.all) {
            #expect(badge.sortOrder == expected.sort_order)
            #expect(badge.name == expected.name)
            #expect(badge.category == expected.category)
            #expect(badge.rarity == expected.rarity)
            #expect(badge.xpReward == expected.xp_reward)
            #expect(badge.triggerType == expected.trigger_type)
            #expect(badge.triggerConfig.threshold == expected.trigger_config.threshold)
            #expect(badge.triggerConfig.event == expected.trigger_config.event)
            #expect(badge.isActive == expected.is_active)
        }
    }

    @Test("Every badge has words of its own, short enough to be shown")
    func words() {
        for badge in BadgeContent.all {
            #expect((40...220).contains(badge.description.count), "\(badge.slug)")
            #expect((5...60).contains(badge.trigger.count), "\(badge.slug)")
            #expect(badge.iconURL == "/badges/\(badge.slug).svg")
        }
        #expect(Set(BadgeContent.all.map(\.description)).count == 20)
        #expect(Set(BadgeContent.all.map(\.trigger)).count == 20)
    }

    @Test("Every picture is small, well-formed SVG that names its badge and refers to nothing", arguments: BadgeContent.all)
    func picture(_ badge: BadgeContent.Badge) throws {
        let bytes = try #require(BadgeContent.picture(badge.slug))
        #expect(bytes.count <= 2560)
        let content = PictureContent()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = content
        #expect(parser.parse())
        #expect(content.root == "svg")
        #expect(content.viewBox == "0 0 128 128")
        #expect(content.title == badge.name)
        #expect(content.elements.isDisjoint(with: ["script", "style", "image", "use", "foreignObject", "a", "text"]))
        #expect(!content.attributes.contains { $0.lowercased().hasSuffix("href") || $0.lowercased().hasPrefix("on") })
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.ranges(of: "://").count == 1, "the namespace alone")
        for reference in text.matches(of: /url\(([^)]*)\)/) { #expect(reference.output.1.hasPrefix("#")) }
    }

    @Test("There is no picture of an unknown badge, and none is the same as another")
    func unknown() {
        #expect(BadgeContent.picture("nobody") == nil)
        #expect(Set(BadgeContent.all.compactMap { BadgeContent.picture($0.slug) }).count == 20)
    }
}

/// What a parser met in a picture.
private final class PictureContent: NSObject, XMLParserDelegate {
    var root: String?
    var viewBox: String?
    var title = ""
    var elements: Set<String> = []
    var attributes: Set<String> = []
    private var isInTitle = false

    func parser(
        _ parser: XMLParser,
        didStartElement element: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes found: [String: String]
    ) {
        if root == nil { (root, viewBox) = (element, found["viewBox"]) }
        elements.insert(element)
        attributes.formUnion(found.keys)
        isInTitle = element == "title"
    }

    func parser(_ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?) { isInTitle = false }

    func parser(_ parser: XMLParser, foundCharacters text: String) { if isInTitle { title += text } }
}
