/// Text to address, following spec 02 §2.1 step by step.
struct AddressParser {
    var network: BitcoinNetwork

    func parse(_ utf8: [UInt8]) throws(AddressError) -> BitcoinAddress {
        let text = trimmed(utf8)
        guard (14...90).contains(text.count) else { throw .invalid }
        return hasSegwitPrefix(text) ? try parseSegwit(text) : try parseBase58(text)
    }

    private func parseSegwit(_ text: [UInt8]) throws(AddressError) -> BitcoinAddress {
        guard let decoded = SegwitAddress(decoding: text) else { throw .invalid }
        let prefix = decoded.humanPart
        guard BitcoinNetwork.allCases.contains(where: { prefix.elementsEqual($0.segwitPrefix.utf8) }) else { throw .invalid }
        guard prefix.elementsEqual(network.segwitPrefix.utf8) else { throw .networkMismatch }
        let type: AddressType
        switch (decoded.version, decoded.program.count) {
        case (0, 20): type = .p2wpkh
        case (0, 32): type = .p2wsh
        case (1, 32): type = .p2tr
        default: throw .typeUnsupported
        }
        let canonical = String(decoding: Bech32.lowercased(text), as: UTF8.self)
        return BitcoinAddress(network: network, type: type, program: decoded.program, canonical: canonical)
    }

    private func parseBase58(_ text: [UInt8]) throws(AddressError) -> BitcoinAddress {
        guard text.count <= 35, let payload = Base58Check.decode(text, payloadCount: 21) else { throw .invalid }
        let version = payload[0]
        guard BitcoinNetwork.allCases.contains(where: { $0.publicKeyHashVersion == version || $0.scriptHashVersion == version }) else {
            throw .invalid
        }
        let type: AddressType
        switch version {
        case network.publicKeyHashVersion: type = .p2pkh
        case network.scriptHashVersion: type = .p2sh
        default: throw .networkMismatch
        }
        let canonical = String(decoding: text, as: UTF8.self)
        return BitcoinAddress(network: network, type: type, program: Array(payload[1...]), canonical: canonical)
    }

    private func trimmed(_ text: [UInt8]) -> [UInt8] {
        guard let first = text.first, let last = text.last, isWhiteSpace(first) || isWhiteSpace(last) else { return text }
        guard let start = text.firstIndex(where: { !isWhiteSpace($0) }), let end = text.lastIndex(where: { !isWhiteSpace($0) }) else {
            return []
        }
        return Array(text[start...end])
    }

    /// Space, tab, line feed, vertical tab, form feed and carriage return.
    private func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    /// Whether the text begins with `bc1`, `tb1` or `bcrt1` in any case, which commits it to the bech32 path.
    private func hasSegwitPrefix(_ text: [UInt8]) -> Bool {
        func begins(with prefix: StaticString) -> Bool {
            prefix.withUTF8Buffer { wanted in
                text.count >= wanted.count && zip(text, wanted).allSatisfy { Bech32.lowercased($0) == $1 }
            }
        }
        return begins(with: "bc1") || begins(with: "tb1") || begins(with: "bcrt1")
    }
}
