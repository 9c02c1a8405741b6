/// A path split at its slashes, with named segments in braces.
struct PathTemplate: Sendable {
    enum Segment: Sendable, Hashable {
        case literal(Substring)
        case parameter(String)
    }

    let segments: [Segment]

    /// Nil for a text that is no template: not beginning with a slash, empty segments other than in `/`, or braces in the wrong place.
    init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        if text == "/" {
            segments = []
            return
        }
        var segments: [Segment] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if part.hasPrefix("{"), part.hasSuffix("}"), part.count > 2 {
                let name = part.dropFirst().dropLast()
                guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else { return nil }
                segments.append(.parameter(String(name)))
            } else {
                guard !part.isEmpty, !part.contains("{"), !part.contains("}") else { return nil }
                segments.append(.literal(part))
            }
        }
        self.segments = segments
    }

    /// The template with every parameter as `{}`: equal for templates that match the same paths.
    var shape: String {
        var text = segments.isEmpty ? "/" : ""
        for segment in segments {
            switch segment {
            case .literal(let literal): text += "/" + literal
            case .parameter: text += "/{}"
            }
        }
        return text
    }

    /// The names in braces, in order.
    var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }
}

/// Finds what belongs to a path. Segments are compared byte by byte and case-sensitively; a literal wins over a parameter, and a parameter
/// never matches an empty segment, so that a trailing slash is another path.
struct PathTable<Value: Sendable>: Sendable {
    private struct Node: Sendable {
        var literals: [Substring: Int] = [:]
        var parameter: Int?
        var value: Value?
    }

    /// Paths without parameters, found by one lookup.
    private var literalPaths: [String: Value] = [:]
    private var nodes = [Node()]

    /// The value of a template, to be created or changed. Parameters are told apart by position, not by name.
    mutating func update(_ template: PathTemplate, _ change: (inout Value?) -> Void) {
        if template.parameterNames.isEmpty {
            change(&literalPaths[template.shape])
            return
        }
        var index = 0
        for segment in template.segments {
            switch segment {
            case .literal(let text): index = nodes[index].literals[text] ?? addNode { $0[index].literals[text] = $1 }
            case .parameter: index = nodes[index].parameter ?? addNode { $0[index].parameter = $1 }
            }
        }
        change(&nodes[index].value)
    }

    /// The value of a path and its segments at the places of parameters, still percent-encoded.
    func match(_ path: String) -> (value: Value, parameters: [Substring])? {
        if let value = literalPaths[path] { return (value, []) }
        guard nodes.count > 1, path.utf8.first == UInt8(ascii: "/") else { return nil }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var parameters: [Substring] = []
        return match(segments[...], at: 0, &parameters).map { ($0, parameters) }
    }

    private func match(_ segments: ArraySlice<Substring>, at index: Int, _ parameters: inout [Substring]) -> Value? {
        let node = nodes[index]
        guard let segment = segments.first else { return node.value }
        if let next = node.literals[segment], let value = match(segments.dropFirst(), at: next, &parameters) { return value }
        guard let next = node.parameter, !segment.isEmpty else { return nil }
        parameters.append(segment)
        if let value = match(segments.dropFirst(), at: next, &parameters) { return value }
        parameters.removeLast()
        return nil
    }

    private mutating func addNode(_ link: (inout [Node], Int) -> Void) -> Int {
        nodes.append(Node())
        link(&nodes, nodes.count - 1)
        return nodes.count - 1
    }
}
