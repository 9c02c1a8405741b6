public import HTTPTypes

/// Everything an endpoint takes from a request.
///
/// The initialiser is the only declaration of an endpoint's parameters: run over a request it reads and checks them, run without one it
/// describes them for OpenAPI. It must therefore read every field unconditionally and must not fail.
///
///     struct SharesInput: EndpointInput {
///         let limit: Int
///         let cursor: String?
///
///         init(from fields: inout RequestFields) {
///             limit = fields.query("limit", .integer(1...100), default: 50)
///             cursor = fields.optionalQuery("cursor", .string(1...200))
///         }
///     }
public protocol EndpointInput: Sendable {
    /// Reads all fields.
    init(from fields: inout RequestFields)
}

/// The input of an endpoint that takes nothing.
public struct NoInput: EndpointInput {
    /// Nothing to read.
    public init() {}

    /// Nothing to read.
    public init(from fields: inout RequestFields) {}
}

/// Reads the fields of a request by rule and gathers every fault, or describes the fields.
public struct RequestFields: Sendable {
    private var members: ObjectFields
    private let pathParameters: PathParameters
    private var queryParameters: QueryParameters
    private let headers: HTTPFields
    private let isDescribing: Bool
    private var outerDescriptions: [FieldDescription] = []
    /// An answer that some field demands instead of the list of faults.
    private var rejection: APIError?

    init(parameters: PathParameters, query: QueryParameters, headers: HTTPFields, body: JSONObject) {
        pathParameters = parameters
        queryParameters = query
        self.headers = headers
        members = ObjectFields(reading: body)
        isDescribing = false
    }

    private init(describing: ()) {
        pathParameters = PathParameters()
        queryParameters = QueryParameters()
        headers = HTTPFields()
        members = ObjectFields(describing: ())
        isDescribing = true
    }

    // MARK: Path

    /// A segment of the path, percent-decoded once.
    ///
    /// - Parameter error: thrown when the segment breaks the rule, such as a 404 of the thing it should name; without it the answer is 422.
    public mutating func path<Value>(
        _ name: String,
        _ rule: FieldRule<Value>,
        orThrow error: @autoclosure () -> APIError? = nil,
        doc: String = ""
    ) -> Value {
        if isDescribing {
            describe(.path, name, rule.schema(), isRequired: true, doc: doc)
            return rule.standIn()
        }
        let count = members.faults.faults.count
        if let value = read(name, pathParameters.decoded(name), rule) { return value }
        if rejection == nil, let error = error() {
            rejection = error
            members.faults.removeAll(after: count)
        }
        return rule.standIn()
    }

    // MARK: Query

    /// A query parameter that must be there.
    public mutating func query<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value {
        if isDescribing {
            describe(.query, name, rule.schema(), isRequired: true, doc: doc)
        } else if let text = queryParameters.value(of: name) {
            if let value = read(name, text, rule) { return value }
        } else {
            fault(name, .required, "Is required.")
        }
        return rule.standIn()
    }

    /// A query parameter with a default. Of a repeated one the last counts, an empty one is absent.
    public mutating func query<Value>(_ name: String, _ rule: FieldRule<Value>, default: Value, doc: String = "") -> Value {
        if isDescribing {
            describe(.query, name, rule.schema(), default: rule.encode(`default`), doc: doc)
        } else if let text = queryParameters.value(of: name) {
            if let value = read(name, text, rule) { return value }
        }
        return `default`
    }

    /// A query parameter that may be absent.
    public mutating func optionalQuery<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value? {
        if isDescribing {
            describe(.query, name, rule.schema(), doc: doc)
        } else if let text = queryParameters.value(of: name) {
            return read(name, text, rule)
        }
        return nil
    }

    /// A header field that may be absent.
    public mutating func header<Value>(_ name: HTTPField.Name, _ rule: FieldRule<Value>, doc: String = "") -> Value? {
        if isDescribing {
            describe(.header, name.rawName, rule.schema(), doc: doc)
        } else if let text = headers[name], !text.isEmpty {
            return read(name.canonicalName, .text(text), rule)
        }
        return nil
    }

    // MARK: Body

    /// A member of the body that must be there.
    public mutating func body<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value {
        members.value(name, rule, doc: doc)
    }

    /// A member of the body with a default. Null is a fault.
    public mutating func body<Value>(_ name: String, _ rule: FieldRule<Value>, default: Value, doc: String = "") -> Value {
        members.value(name, rule, default: `default`, doc: doc)
    }

    /// A member of the body that may be absent or null, which are the same.
    public mutating func optionalBody<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value? {
        members.optional(name, rule, doc: doc)
    }

    /// A member of a PATCH that null clears.
    public mutating func patch<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Patch<Value> {
        members.patch(name, rule, doc: doc)
    }

    /// A member of a PATCH that cannot be cleared: nil leaves it as it is, null is a fault.
    public mutating func change<Value>(_ name: String, _ rule: FieldRule<Value>, doc: String = "") -> Value? {
        members.change(name, rule, doc: doc)
    }

    // MARK: Judging

    /// Notes a fault that no rule can see, such as two fields that do not go together.
    public mutating func fault(_ name: String, _ code: FaultCode, _ message: String) {
        members.fault(name, code, message)
    }

    /// Demands a certain answer instead of the list of faults. The first demand counts.
    public mutating func reject(with error: APIError) {
        if rejection == nil { rejection = error }
    }

    /// Throws what is wrong, if anything.
    func check() throws(APIError) {
        if let rejection { throw rejection }
        if !members.faults.isEmpty { throw .validation(members.faults.faults) }
    }

    /// Reads an input, or throws everything that is wrong with it.
    static func read<Input: EndpointInput>(_ type: Input.Type, from fields: consuming RequestFields) throws(APIError) -> Input {
        var fields = fields
        let input = Input(from: &fields)
        try fields.check()
        return input
    }

    /// The fields an input reads, in order.
    static func describe(_ type: (some EndpointInput).Type) -> [FieldDescription] {
        var fields = RequestFields(describing: ())
        _ = type.init(from: &fields)
        return fields.outerDescriptions + fields.members.descriptions
    }

    private mutating func read<Value>(_ name: String, _ text: String?, _ rule: FieldRule<Value>) -> Value? {
        // A nil text is one that did not decode to UTF-8.
        guard let text else {
            fault(name, .invalidCharacters, "Contains characters that are not permitted.")
            return nil
        }
        return read(name, .text(text), rule)
    }

    private mutating func read<Value>(_ name: String, _ source: FieldSource, _ rule: FieldRule<Value>) -> Value? {
        members.faults.within(name) { rule.read(source, &$0) }
    }

    private mutating func describe(
        _ location: FieldDescription.Location,
        _ name: String,
        _ schema: JSONSchema,
        isRequired: Bool = false,
        default: JSONValue? = nil,
        doc: String
    ) {
        let property = JSONProperty(name: name, schema: schema, isRequired: isRequired, defaultValue: `default`, documentation: doc)
        outerDescriptions.append(FieldDescription(location: location, property: property))
    }
}
