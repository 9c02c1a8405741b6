extension SQL {
    /// Collects the literal parts and values of an interpolated statement.
    public struct Interpolation: StringInterpolationProtocol, Sendable {
        var segments: [Segment] = []
        var arguments = SQLArguments()

        /// Called by the compiler.
        public init(literalCapacity: Int, interpolationCount: Int) {
            segments.reserveCapacity(2 * interpolationCount + 1)
            arguments.reserveCapacity(interpolationCount)
        }

        /// Text fixed at compile time.
        public mutating func appendLiteral(_ literal: StaticString) {
            if literal.utf8CodeUnitCount > 0 { segments.append(.text(literal)) }
        }

        /// A value, bound as the next parameter.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            segments.append(.parameter)
            arguments.append(value)
        }

        /// A value or NULL, bound as the next parameter.
        public mutating func appendInterpolation(_ value: (some PostgresEncodable)?) {
            segments.append(.parameter)
            arguments.append(value)
        }

        /// Another statement, with its parameters.
        public mutating func appendInterpolation(sql fragment: SQL) {
            segments += fragment.segments
            arguments.append(fragment.arguments)
        }

        /// A table, column or other name, quoted as an identifier. NUL characters are removed: no name can hold one.
        public mutating func appendInterpolation(identifier: String) {
            segments.append(.dynamic(Self.quote(identifier, with: "\"")))
        }

        /// A string constant, quoted, for utility statements such as `create table … partition of`, which take no parameters.
        public mutating func appendInterpolation(literal: String) {
            let prefix = literal.utf8.contains(UInt8(ascii: "\\")) ? " E" : ""
            let escaped =
                prefix.isEmpty ? literal : String(literal.unicodeScalars.flatMap { $0 == "\\" ? [$0, $0] : [$0] }.map(Character.init))
            segments.append(.dynamic(prefix + Self.quote(escaped, with: "'")))
        }

        private static func quote(_ text: String, with mark: Unicode.Scalar) -> String {
            var quoted = String.UnicodeScalarView()
            quoted.append(mark)
            for scalar in text.unicodeScalars where scalar != "\0" {
                if scalar == mark { quoted.append(mark) }
                quoted.append(scalar)
            }
            quoted.append(mark)
            return String(quoted)
        }
    }
}
