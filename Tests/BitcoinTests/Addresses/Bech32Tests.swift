import Testing

@testable import Bitcoin

@Suite("Bech32 and bech32m of bech32.json")
struct Bech32Tests {
    struct File: Decodable {
        struct Refused: Decodable {
            var string: String
            var reason: String
        }
        struct Accepted: Decodable {
            var address: String
            var script_pubkey: Hex
        }
        struct RefusedAddress: Decodable {
            var address: String
            var reason: String
        }
        var bech32_valid: [String]
        var bech32_invalid: [Refused]
        var bech32m_valid: [String]
        var bech32m_invalid: [Refused]
        var segwit_valid: [Accepted]
        var segwit_invalid: [RefusedAddress]
    }

    let file: File

    init() throws {
        file = try Vectors.load("bech32")
    }

    @Test("valid texts decode with their encoding and encode back to lower case")
    func valid() throws {
        for (texts, encoding) in [(file.bech32_valid, Bech32.Encoding.bech32), (file.bech32m_valid, .bech32m)] {
            for text in texts {
                let decoded = try #require(Bech32.decode(Array(text.utf8)), "\(text)")
                #expect(decoded.encoding == encoding)
                let again = Bech32.encode(humanPart: Array(decoded.humanPart), symbols: Array(decoded.symbols), encoding: encoding)
                #expect(String(decoding: again, as: UTF8.self) == text.lowercased())
            }
        }
    }

    @Test("invalid texts do not decode with that encoding")
    func invalid() {
        for row in file.bech32_invalid { #expect(Bech32.decode(Array(row.string.utf8))?.encoding != .bech32, "\(row.reason)") }
        for row in file.bech32m_invalid { #expect(Bech32.decode(Array(row.string.utf8))?.encoding != .bech32m, "\(row.reason)") }
    }

    @Test("valid segwit addresses give their script and encode back")
    func segwitValid() throws {
        for row in file.segwit_valid {
            let address = try #require(SegwitAddress(decoding: Array(row.address.utf8)), "\(row.address)")
            #expect(Script.witnessProgram(version: address.version, address.program) == row.script_pubkey.bytes)
            #expect(String(decoding: address.encoded(), as: UTF8.self) == row.address.lowercased())
        }
    }

    @Test("invalid segwit addresses are no address on any network")
    func segwitInvalid() {
        for row in file.segwit_invalid {
            for network in BitcoinNetwork.allCases {
                #expect(throws: AddressError.invalid, "\(row.reason)") { try BitcoinAddress(parsing: row.address, network: network) }
            }
        }
    }

    @Test("any single changed symbol breaks the checksum")
    func oneChangedSymbol() {
        for text in file.bech32_valid + file.bech32m_valid {
            let bytes = Array(text.utf8)
            let separator = bytes.lastIndex(of: UInt8(ascii: "1")) ?? 0
            for position in bytes.indices where position > separator {
                var changed = bytes
                changed[position] = changed[position] | 0x20 == UInt8(ascii: "q") ? UInt8(ascii: "7") : UInt8(ascii: "q")
                #expect(Bech32.decode(changed) == nil)
            }
        }
    }
}
