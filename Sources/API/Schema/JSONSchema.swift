/// The shape of a JSON value, as far as endpoints describe it (JSON Schema 2020-12, the dialect of OpenAPI 3.1).
public indirect enum JSONSchema: Sendable {
    /// Any value.
    case any
    /// A boolean.
    case boolean
    /// An integer within bounds.
    case integer(minimum: Int64?, maximum: Int64?)
    /// A finite number within bounds.
    case number(NumberBounds)
    /// A string.
    case string(TextShape)
    /// An array of one kind of element.
    case array(JSONSchema, minimumCount: Int?, maximumCount: Int?)
    /// An object with members of any name and one kind of value.
    case dictionary(JSONSchema)
    /// An object with known members.
    case object([JSONProperty])
    /// A schema that is described once under a name and referred to elsewhere. The closure is called when a document is rendered,
    /// at most once per name, so that a type may refer to itself.
    case named(String, @Sendable () -> JSONSchema)
    /// The value or `null`.
    case nullable(JSONSchema)
    /// Any of several shapes.
    case anyOf([JSONSchema])

    /// An integer of any size.
    public static var integer: JSONSchema { .integer(minimum: nil, maximum: nil) }
    /// A number of any size.
    public static var number: JSONSchema { .number(NumberBounds()) }
    /// A string of any content.
    public static var string: JSONSchema { .string(TextShape()) }
    /// A string in a format such as `date-time` or `uuid`.
    public static func string(format: String) -> JSONSchema { .string(TextShape(format: format)) }
    /// One of the given strings.
    public static func string(values: [String]) -> JSONSchema { .string(TextShape(values: values)) }
    /// An array of any length.
    public static func array(_ element: JSONSchema) -> JSONSchema { .array(element, minimumCount: nil, maximumCount: nil) }
}

/// The bounds of a number.
public struct NumberBounds: Sendable, Hashable {
    /// The least value.
    public var minimum: Double?
    /// The greatest value.
    public var maximum: Double?
    /// The value that every number must exceed.
    public var exclusiveMinimum: Double?

    /// Bounds, all of them optional.
    public init(minimum: Double? = nil, maximum: Double? = nil, exclusiveMinimum: Double? = nil) {
        self.minimum = minimum
        self.maximum = maximum
        self.exclusiveMinimum = exclusiveMinimum
    }
}

/// What is known about a string. Lengths count Unicode scalars.
public struct TextShape: Sendable, Hashable {
    /// A format such as `date-time`.
    public var format: String?
    /// The least length.
    public var minimumLength: Int?
    /// The greatest length.
    public var maximumLength: Int?
    /// The permitted strings.
    public var values: [String]?

    /// A shape, everything optional.
    public init(format: String? = nil, minimumLength: Int? = nil, maximumLength: Int? = nil, values: [String]? = nil) {
        self.format = format
        self.minimumLength = minimumLength
        self.maximumLength = maximumLength
        self.values = values
    }
}

/// A member of an object.
public struct JSONProperty: Sendable {
    /// The member's name.
    public let name: String
    /// The shape of its value.
    public let schema: JSONSchema
    /// Whether the member is always there.
    public let isRequired: Bool
    /// The value an absent member stands for.
    public let defaultValue: JSONValue?
    /// A sentence about the member.
    public let documentation: String

    /// A member.
    public init(name: String, schema: JSONSchema, isRequired: Bool = true, defaultValue: JSONValue? = nil, documentation: String = "") {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.documentation = documentation
    }
}
