/// The labels that tell one series of a metric from another.
struct LabelSet: Hashable, Sendable {
    let names: [String]
    let values: [String]

    /// The value of every label of the series that takes what no longer fits.
    static let overflowValue = "overflow"

    init(names: [String], values: [String]) {
        self.names = names
        self.values = values
    }

    /// The labels of a declared metric: the declared names, each with its dimension's value or an empty one.
    init(declared names: [String], dimensions: [(String, String)]) {
        self.names = names
        self.values = names.map { name in dimensions.last { MetricName.label($0.0) == name }?.1 ?? "" }
    }

    /// The labels of a metric nobody declared: all dimensions, ordered by name; of a repeated name the last wins.
    init(undeclared dimensions: [(String, String)]) {
        let pairs = Dictionary(dimensions.map { (MetricName.label($0.0), $0.1) }, uniquingKeysWith: { $1 }).sorted { $0.key < $1.key }
        self.names = pairs.map(\.key)
        self.values = pairs.map(\.value)
    }

    /// The same labels with every value replaced by ``overflowValue``.
    var overflow: LabelSet {
        LabelSet(names: names, values: names.map { _ in Self.overflowValue })
    }

    /// `a="1",b="2"`, escaped, without braces.
    var text: [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in zip(names, values) {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: name.utf8)
            bytes.append(contentsOf: "=\"".utf8)
            bytes.appendEscaped(value, quotes: true)
            bytes.append(UInt8(ascii: "\""))
        }
        return bytes
    }
}
