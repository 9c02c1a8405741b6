import Foundation

/// An IP address as 16 bytes; IPv4 lives in the mapped range, so both families compare in one way (RFC 4291 §2.5.5.2).
package struct IPAddress: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    /// Whether the address is IPv4, or IPv4 written as mapped IPv6.
    package var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// - Returns: nil unless the text is one address; a zone (`%eth0`) is dropped.
    package init?(_ text: some StringProtocol) {
        let bare = String(text.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, bare, &four) == 1 {
            high = 0
            low = 0xffff << 32 | UInt64(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, bare, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &six) { Array($0) }
        high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The rate-limit group: the IPv4 address, or the IPv6 /64 (spec 01 §7.2).
    package var group: String { isIPv4 ? text : masked(64).text + "/64" }

    /// What access logs may show: /24 or /48.
    package var truncated: String { isIPv4 ? masked(120).text + "/24" : masked(48).text + "/48" }

    /// The usual notation.
    package var text: String {
        if isIPv4 { return (0..<4).map { String(low >> (24 - 8 * $0) & 255) }.joined(separator: ".") }
        var six = in6_addr()
        withUnsafeMutableBytes(of: &six) { bytes in
            for index in 0..<16 { bytes[index] = UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> (56 - 8 * (UInt64(index) % 8))) }
        }
        var buffer = [CChar](repeating: 0, count: 46)
        guard inet_ntop(AF_INET6, &six, &buffer, 46) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The address with only its first bits kept; IPv4 bits count from 96.
    func masked(_ bits: Int) -> IPAddress {
        func mask(_ count: Int) -> UInt64 { count <= 0 ? 0 : count >= 64 ? .max : .max << (64 - UInt64(count)) }
        return IPAddress(high: high & mask(bits), low: low & mask(bits - 64))
    }
}

/// A CIDR range (RFC 4632); a bare address is a range of one.
package struct AddressRange: Sendable, Equatable {
    private let base: IPAddress
    private let bits: Int

    /// - Returns: nil unless the text is `address` or `address/bits`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first), parts.count <= 2 else { return nil }
        let width = address.isIPv4 ? 32 : 128
        guard let length = parts.count == 2 ? Int(parts[1]) : width, (0...width).contains(length) else { return nil }
        bits = length + 128 - width
        base = address.masked(bits)
    }

    /// Whether the address lies inside.
    package func contains(_ address: IPAddress) -> Bool { address.masked(bits) == base }
}
