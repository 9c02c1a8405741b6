extension SingleValueDecodingContainer {
    /// Decodes a string and converts it; a string that does not parse is `dataCorrupted`, without repeating the text.
    func decodeText<Value: LosslessStringConvertible>(_ expected: String) throws -> Value {
        guard let value = Value(try decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: self, debugDescription: "Expected \(expected)")
        }
        return value
    }
}
