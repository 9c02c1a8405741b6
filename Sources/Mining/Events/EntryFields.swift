package import Redis

/// The fields of a stream entry, names and values as bytes.
package protocol EntryFields {
    /// Calls the body with every name and value in order. The bytes are valid within the body only.
    func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void) rethrows
}

extension StreamFields: EntryFields {}

extension UnsafeRawBufferPointer {
    /// Whether these are the bytes of a literal.
    @inline(__always)
    func isText(_ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && literal.withUTF8Buffer { elementsEqual($0) }
    }
}
