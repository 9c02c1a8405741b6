/// A statement with its bound parameters.
///
/// Written as a string literal; every `\(value)` in it becomes a bound parameter and never text:
///
///     let sql: SQL = "select name from users where id = \(id) and country = \(country)"
///
/// Literal parts are `StaticString`s, so text that exists only at run time cannot become part of a statement by
/// accident. The three labelled interpolations are the only exceptions, and each is safe by construction:
/// `\(sql: fragment)` nests another statement with its parameters, `\(identifier: name)` quotes an identifier and
/// `\(literal: text)` quotes a string constant (for utility statements that accept no parameters).
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text parts in order, and where parameters stand between them.
    var segments: [Segment]
    /// The values bound to the parameters, in order.
    var arguments: SQLArguments
    /// The name under which metrics count this statement.
    var name: StaticString?
    /// Whether the statement is worth a prepared statement on the server; transaction control is not.
    var isPrepared = true

    /// A statement without parameters.
    public init(stringLiteral value: StaticString) {
        segments = [.text(value)]
        arguments = SQLArguments()
    }

    /// A statement whose interpolated values are bound parameters.
    public init(stringInterpolation: Interpolation) {
        segments = stringInterpolation.segments
        arguments = stringInterpolation.arguments
    }

    /// Transaction control and the like, built by this module from its own parts.
    init(control text: String) {
        segments = [.dynamic(text)]
        arguments = SQLArguments()
        isPrepared = false
    }

    /// The same statement under a fixed name, by which its duration is reported.
    public func named(_ name: StaticString) -> SQL {
        var copy = self
        copy.name = name
        return copy
    }

    /// A statement under a fixed name, by which its duration is reported.
    public static func named(_ name: StaticString, _ sql: SQL) -> SQL {
        sql.named(name)
    }

    /// Both statements' texts and parameters, one after the other, with nothing between.
    public static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum += right
        return sum
    }

    /// Appends another statement's text and parameters.
    public static func += (left: inout SQL, right: SQL) {
        left.segments += right.segments
        left.arguments.append(right.arguments)
        left.name = left.name ?? right.name
    }
}

extension SQL {
    /// One part of a statement.
    enum Segment: Sendable {
        /// Text fixed at compile time.
        case text(StaticString)
        /// Text made at run time, already quoted.
        case dynamic(String)
        /// The place of the next parameter.
        case parameter
    }

    /// The text sent to the server, parameters numbered `$1`, `$2`, … in order of appearance.
    public var text: String {
        var text = ""
        var parameter = 0
        for segment in segments {
            switch segment {
            case .text(let part): part.withUTF8Buffer { text += String(decoding: $0, as: UTF8.self) }
            case .dynamic(let part): text += part
            case .parameter:
                parameter += 1
                text += "$\(parameter)"
            }
        }
        return text
    }

    /// The number of bound parameters.
    public var parameterCount: Int { arguments.slots.count }
}

extension SQL: CustomStringConvertible {
    /// The text, with `$1`, `$2` and so on where values are bound; the values are never part of it.
    public var description: String { text }
}
