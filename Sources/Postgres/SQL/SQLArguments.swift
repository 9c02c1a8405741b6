/// Parameter values in PostgreSQL's binary format, packed into one buffer.
struct SQLArguments: Sendable {
    /// Where one value lies in the buffer.
    struct Slot: Sendable {
        let type: UInt32
        let offset: Int
        /// Bytes, or `-1` for NULL.
        let length: Int
    }

    private(set) var slots: [Slot] = []
    private(set) var bytes: [UInt8] = []

    mutating func reserveCapacity(_ count: Int) {
        slots.reserveCapacity(count)
        bytes.reserveCapacity(count * 16)
    }

    mutating func append<Value: PostgresEncodable>(_ value: Value) {
        let offset = bytes.count
        guard !value.isNull else {
            slots.append(Slot(type: Value.postgresType.oid, offset: offset, length: -1))
            return
        }
        value.encode(into: &bytes)
        slots.append(Slot(type: Value.postgresType.oid, offset: offset, length: bytes.count - offset))
    }

    mutating func append(_ other: SQLArguments) {
        let base = bytes.count
        bytes += other.bytes
        slots.reserveCapacity(slots.count + other.slots.count)
        for slot in other.slots { slots.append(Slot(type: slot.type, offset: base + slot.offset, length: slot.length)) }
    }
}
