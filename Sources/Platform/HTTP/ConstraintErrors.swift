package import API

/// The answers to violated constraints, by the constraint's name (spec 01 §6). Each feature lists its own; the assembly joins them, so that
/// a race between two requests ends in the named conflict of the route, never in 500.
package struct ConstraintErrors: Sendable {
    private var errors: [String: APIError]

    /// - Parameter errors: by the name the schema gives a unique or foreign-key constraint or index.
    package init(_ errors: [String: APIError] = [:]) {
        self.errors = errors
    }

    /// All of several features. Constraint names are unique in the schema, so none can contradict another.
    package init(joining features: [ConstraintErrors]) {
        errors = features.reduce(into: [:]) { all, feature in all.merge(feature.errors) { first, _ in first } }
    }

    subscript(constraint: String?) -> APIError? { constraint.flatMap { errors[$0] } }
}
