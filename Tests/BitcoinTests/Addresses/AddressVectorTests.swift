import Bitcoin
import Testing

@Suite("Addresses of addresses.json")
struct AddressVectorTests {
    struct File: Decodable {
        struct Row: Decodable {
            var address: String
            var expect: [String: Expectation]
        }
        struct Expectation: Decodable {
            var type: String?
            var script_pubkey: Hex?
            var canonical: String?
            var error: String?
        }
        struct Refused: Decodable {
            var address: String
            var reason: String
        }
        var vectors: [Row]
        var invalid_everywhere: [Refused]
    }

    @Test("every row has its type, script and canonical text, or its error, on every network")
    func everyRow() throws {
        let file = try Vectors.load("addresses", as: File.self)
        #expect(file.vectors.count == 86)
        for row in file.vectors {
            for (name, expected) in row.expect {
                let network = try #require(BitcoinNetwork(rawValue: name))
                do throws(AddressError) {
                    let address = try BitcoinAddress(parsing: row.address, network: network)
                    #expect(expected.error == nil, "\(row.address) on \(name)")
                    #expect(address.type.rawValue == expected.type, "\(row.address)")
                    #expect(address.scriptPubKey == expected.script_pubkey?.bytes, "\(row.address)")
                    #expect(address.canonical == expected.canonical, "\(row.address)")
                } catch {
                    #expect(error.code == expected.error, "\(row.address) on \(name)")
                }
            }
        }
    }

    @Test("texts that are no address are invalid on every network")
    func invalidEverywhere() throws {
        let rows = try Vectors.load("addresses", as: File.self).invalid_everywhere
        #expect(rows.count == 88)
        for row in rows {
            for network in BitcoinNetwork.allCases {
                #expect(throws: AddressError.invalid, "\(row.address): \(row.reason)") {
                    try BitcoinAddress(parsing: row.address, network: network)
                }
            }
        }
    }

    @Test("any one changed character makes an address invalid")
    func oneChangedCharacter() throws {
        for row in try Vectors.load("addresses", as: File.self).vectors {
            let text = Array(row.address.utf8)
            for position in text.indices {
                var changed = text
                // The nearest other digit or letter: a bit flip may leave the alphabet, this rarely does.
                changed[position] = text[position] == UInt8(ascii: "2") ? UInt8(ascii: "3") : UInt8(ascii: "2")
                for network in BitcoinNetwork.allCases {
                    #expect(throws: AddressError.invalid) { try BitcoinAddress(parsing: changed, network: network) }
                }
                changed[position] = text[position] ^ 1
                for network in BitcoinNetwork.allCases {
                    #expect(throws: AddressError.invalid) { try BitcoinAddress(parsing: changed, network: network) }
                }
            }
        }
    }
}
