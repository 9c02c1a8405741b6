#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A host or network address in an `inet` or `cidr` column, as text such as `192.0.2.7`, `192.0.2.0/24` or `2001:db8::1`.
public struct Inet: Hashable, Sendable, PostgresEncodable, PostgresDecodable {
    /// The address bytes: four or sixteen.
    private let address: [UInt8]
    /// The length of the network prefix in bits.
    private let prefix: UInt8

    /// PostgreSQL's numbers for the two families; the second is its own, whatever the system's `AF_INET6` is.
    private enum Family { static let v4: UInt8 = 2, v6: UInt8 = 3 }

    /// Parses an address with an optional `/prefix`; `nil` when it is neither IPv4 nor IPv6.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first.map(String.init) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, host, &bytes) == 1 {
            address = Array(bytes.prefix(4))
        } else if inet_pton(AF_INET6, host, &bytes) == 1 {
            address = bytes
        } else {
            return nil
        }
        guard parts.count == 2 else {
            prefix = UInt8(address.count * 8)
            return
        }
        guard let bits = UInt8(parts[1]), Int(bits) <= address.count * 8 else { return nil }
        prefix = bits
    }

    /// The address as text; the prefix is left out when it covers the whole address.
    public var string: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
        guard inet_ntop(address.count == 4 ? AF_INET : AF_INET6, address, &text, socklen_t(text.count)) != nil else { return "" }
        let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Int(prefix) == address.count * 8 ? host : "\(host)/\(prefix)"
    }

    /// `inet`
    public static var postgresType: PostgresType { .inet }

    /// Appends family, prefix, a not-`cidr` flag, the address length and the address.
    public func encode(into buffer: inout [UInt8]) {
        buffer += [address.count == 4 ? Family.v4 : Family.v6, prefix, 0, UInt8(address.count)]
        buffer += address
    }

    /// Reads `inet` or `cidr`.
    public init(postgres cell: PostgresCell) throws {
        guard cell.isNull || cell.typeOID == PostgresType.inet.oid || cell.typeOID == PostgresType.cidr.oid else {
            throw cell.failure(.typeMismatch)
        }
        (prefix, address) = try cell.withBytes { bytes in
            guard bytes.count >= 4, [4, 16].contains(bytes[3]), bytes.count == 4 + Int(bytes[3]), bytes[1] <= bytes[3] * 8 else {
                throw cell.failure(.malformed)
            }
            return (bytes[1], [UInt8](bytes.dropFirst(4)))
        }
    }
}
