import TestServers
import Testing

@testable import Bitcoin

@Suite("Bitcoin addresses")
struct BitcoinAddressTests {
    static let genesis = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    static let segwit = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"

    @Test("ASCII white space around an address is ignored, inside it is not")
    func whiteSpace() throws {
        let address = try BitcoinAddress(parsing: " \t\r\n\u{0b}\u{0c}\(Self.segwit)\n ", network: .mainnet)
        #expect(address.canonical == Self.segwit)
        #expect(throws: AddressError.invalid) { try BitcoinAddress(parsing: "\u{a0}" + Self.segwit, network: .mainnet) }
        #expect(throws: AddressError.invalid) {
            try BitcoinAddress(parsing: "bc1q w508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", network: .mainnet)
        }
    }

    @Test("upper case bech32 is the same address as lower case")
    func canonicalCase() throws {
        let upper = try BitcoinAddress(parsing: Self.segwit.uppercased(), network: .mainnet)
        #expect(upper == (try BitcoinAddress(parsing: Self.segwit, network: .mainnet)))
        #expect(Set([upper]).contains(try BitcoinAddress(parsing: Array(Self.segwit.utf8), network: .mainnet)))
    }

    @Test("texts shorter than 14 or longer than 90 characters are invalid", arguments: ["", "   ", "1", "bc1q", "1111111111111"])
    func length(text: String) {
        #expect(throws: AddressError.invalid) { try BitcoinAddress(parsing: text, network: .mainnet) }
        #expect(throws: AddressError.invalid) {
            try BitcoinAddress(parsing: String(repeating: "1", count: 91) + text, network: .mainnet)
        }
    }

    @Test("a wrong network is reported before an unused witness version")
    func errorOrder() {
        #expect(throws: AddressError.networkMismatch) { try BitcoinAddress(parsing: "bc1z2rksukkjr8", network: .signet) }
        #expect(throws: AddressError.typeUnsupported) { try BitcoinAddress(parsing: "bc1z2rksukkjr8", network: .mainnet) }
        #expect(AddressError.allCases.map(\.code) == ["address_invalid", "address_network_mismatch", "address_type_unsupported"])
    }

    @Test("the same hash made for a testnet and for signet is one text but two addresses")
    func networksDiffer() throws {
        let testnet = BitcoinAddress.payToWitnessPublicKeyHash([UInt8](repeating: 7, count: 20), network: .testnet)
        let signet = BitcoinAddress.payToWitnessPublicKeyHash([UInt8](repeating: 7, count: 20), network: .signet)
        #expect(testnet.canonical == signet.canonical)
        #expect(testnet != signet)
    }

    @Test("description never shows the whole address")
    func description() throws {
        let address = try BitcoinAddress(parsing: Self.genesis, network: .mainnet)
        #expect("\(address)" == "1A1zP1eP…vfNa")
        #expect(address.debugDescription == "1A1zP1eP…vfNa")
        #expect(address.shortened(leading: 6, trailing: 4) == "1A1zP1…vfNa")
        #expect(address.shortened(leading: 40, trailing: 4) == Self.genesis)
        #expect(address.shortened(leading: -1) == Self.genesis)
    }

    @Test("an address made from a random program parses back to itself", arguments: BitcoinNetwork.allCases)
    func madeAddressesParse(network: BitcoinNetwork) throws {
        var chance = SeededGenerator(seed: 1)
        for round in 0..<500 {
            // Leading zero bytes become leading ones in base58, the case that is easily got wrong.
            let zeros = [UInt8](repeating: 0, count: round % 4)
            let short = zeros + chance.bytes(count: 20 - zeros.count)
            let long = zeros + chance.bytes(count: 32 - zeros.count)
            let made = [
                BitcoinAddress.payToPublicKeyHash(short, network: network),
                .payToScriptHash(short, network: network),
                .payToWitnessPublicKeyHash(short, network: network),
                .payToWitnessScriptHash(long, network: network),
                .payToTaproot(long, network: network),
            ]
            #expect(made.map(\.type) == [.p2pkh, .p2sh, .p2wpkh, .p2wsh, .p2tr])
            for address in made {
                let parsed = try BitcoinAddress(parsing: address.canonical, network: network)
                #expect(parsed == address)
                #expect(parsed.type == address.type)
                #expect(parsed.program == address.program)
            }
        }
    }

    @Test("only P2WSH cannot sign")
    func signing() {
        #expect(AddressType.allCases.filter { !$0.canSignMessages } == [.p2wsh])
    }

    @Test("random and damaged texts never crash the parser")
    func fuzz() {
        var chance = SeededGenerator(seed: 2)
        let seeds = [Self.genesis, Self.segwit, "bcrt1pfwxjqvtt4tcxrtdluukfmy2dv7xd2qzdfy6kajv5nwn4yam3wxkq3553uh"].map { Array($0.utf8) }
        for round in 0..<Fuzz.count {
            var text = round.isMultiple(of: 2) ? chance.bytes(count: Int.random(in: 0...100, using: &chance)) : seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...3, using: &chance) where !text.isEmpty {
                let position = Int.random(in: text.indices, using: &chance)
                switch Int.random(in: 0..<3, using: &chance) {
                case 0: text[position] = .random(in: .min ... .max, using: &chance)
                case 1: text.remove(at: position)
                default: text.insert(text[position], at: position)
                }
            }
            let network = BitcoinNetwork.allCases[round % 4]
            if let address = try? BitcoinAddress(parsing: text, network: network) {
                #expect((try? BitcoinAddress(parsing: address.canonical, network: network)) == address)
            }
        }
    }
}
