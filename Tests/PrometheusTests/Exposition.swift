import Prometheus
import Testing

/// A small, independent reader of the text format, to check what the registry writes.
struct Exposition {
    struct Sample: Equatable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    private(set) var samples: [Sample] = []
    private(set) var types: [String: String] = [:]

    init(_ registry: PrometheusRegistry) throws {
        let text = String(decoding: registry.render(), as: UTF8.self)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        for line in text.unicodeScalars.split(separator: "\n") {
            if line.starts(with: "# TYPE ".unicodeScalars) {
                let words = String(line).split(separator: " ")
                #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil, "a metric is announced once")
            } else if line.first != "#" {
                samples.append(try Self.sample(Array(line)))
            }
        }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { $0.name == name && $0.labels == labels }
        #expect(found.count <= 1, "a series appears once")
        return found.first?.value
    }

    private static func sample(_ line: [Unicode.Scalar]) throws -> Sample {
        var index = 0
        func take(while condition: (Unicode.Scalar) -> Bool) -> String {
            var text = String.UnicodeScalarView()
            while index < line.count, condition(line[index]) {
                text.append(line[index])
                index += 1
            }
            return String(text)
        }
        let name = take { $0 != "{" && $0 != " " }
        var labels: [String: String] = [:]
        if line[index] == "{" {
            index += 1
            while line[index] != "}" {
                let label = take { $0 != "=" }
                index += 2
                var value = String.UnicodeScalarView()
                while line[index] != "\"" {
                    if line[index] == "\\" {
                        index += 1
                        value.append(line[index] == "n" ? "\n" : line[index])
                    } else {
                        value.append(line[index])
                    }
                    index += 1
                }
                index += 1
                #expect(labels.updateValue(String(value), forKey: label) == nil)
                if line[index] == "," { index += 1 }
            }
            index += 1
        }
        index += 1
        let number = take { _ in true }
        let value = try #require(number == "+Inf" ? .infinity : number == "-Inf" ? -.infinity : Double(number), "\(number)")
        return Sample(name: name, labels: labels, value: value)
    }
}
