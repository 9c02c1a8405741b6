import TestServers
import Testing

@testable import Bitcoin

@Suite("Private keys")
struct PrivateKeyTests {
    static let one = [UInt8](repeating: 0, count: 31) + [1]

    @Test("key 1 has its well-known addresses")
    func wellKnown() throws {
        let key = try #require(PrivateKey(bytes: Self.one))
        #expect(key.address(type: .p2pkh, network: .mainnet)?.canonical == "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")
        #expect(key.address(type: .p2sh, network: .mainnet)?.canonical == "3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN")
        #expect(key.address(type: .p2wpkh, network: .mainnet)?.canonical == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
        #expect(key.address(type: .p2wpkh, network: .testnet)?.canonical == "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx")
        let output = Taproot.outputKey(internalKey: Array(key.publicKey.serialized()[1...]))
        #expect(key.address(type: .p2tr, network: .mainnet)?.program == output)
        #expect(key.address(type: .p2wsh, network: .mainnet) == nil)
    }

    @Test("a key with an uncompressed public form has only a P2PKH address")
    func uncompressed() throws {
        let key = try #require(PrivateKey(bytes: Self.one, isCompressed: false))
        #expect(key.address(type: .p2pkh, network: .mainnet)?.canonical == "1EHNa6Q4Jz2uvNExL497mE43ikXhwF6kZm")
        for type in AddressType.allCases where type != .p2pkh { #expect(key.address(type: type, network: .mainnet) == nil) }
    }

    @Test("numbers outside 1…n−1 are no key")
    func range() throws {
        let order = try #require(Hex.bytes(of: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
        #expect(PrivateKey(bytes: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(PrivateKey(bytes: order) == nil)
        #expect(PrivateKey(bytes: order.dropLast() + [0x40]) != nil)
        #expect(PrivateKey(bytes: []) == nil)
        #expect(PrivateKey(bytes: Self.one + [0]) == nil)
    }

    @Test("wallet import format of key 1, both forms")
    func walletImportFormat() throws {
        let compressed = "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn"
        let uncompressed = "5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf"
        #expect(PrivateKey(bytes: Self.one)?.walletImportFormat(network: .mainnet) == compressed)
        #expect(PrivateKey(bytes: Self.one, isCompressed: false)?.walletImportFormat(network: .mainnet) == uncompressed)
        #expect(try #require(PrivateKey(walletImportFormat: compressed, network: .mainnet)).isCompressed)
        #expect(try #require(PrivateKey(walletImportFormat: uncompressed, network: .mainnet)).isCompressed == false)
        #expect(PrivateKey(walletImportFormat: compressed, network: .regtest) == nil)
        #expect(PrivateKey(walletImportFormat: uncompressed, network: .signet) == nil)
        for bad in ["", "5", compressed + "1", String(compressed.dropLast()), uncompressed.replacing("5Hp", with: "5Hq")] {
            #expect(PrivateKey(walletImportFormat: bad, network: .mainnet) == nil)
        }
    }

    @Test("random keys survive wallet import format", arguments: BitcoinNetwork.allCases)
    func roundTrip(network: BitcoinNetwork) throws {
        var chance = SeededGenerator(seed: 40)
        for _ in 0..<100 {
            let key = PrivateKey.random(using: &chance)
            let text = key.walletImportFormat(network: network)
            #expect(try #require(PrivateKey(walletImportFormat: text, network: network)).bytes == key.bytes)
        }
    }

    @Test("a key never shows itself")
    func secrecy() throws {
        let key = try #require(PrivateKey(bytes: Self.one))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(text.contains("secret"))
            #expect(!text.contains("["))
        }
    }

    @Test("public keys are read in the two usual forms only")
    func publicKeys() throws {
        let point = try #require(PrivateKey(bytes: Self.one)).publicKey
        let (short, long) = (point.serialized(), point.serialized(compressed: false))
        #expect(PublicKey(serialized: short)?.serialized(compressed: false) == long)
        #expect(PublicKey(serialized: long)?.serialized() == short)
        for prefix in [0, 1, 4, 5, 6, 7, 0xff] as [UInt8] { #expect(PublicKey(serialized: [prefix] + short[1...]) == nil) }
        for prefix in [0, 1, 2, 3, 5, 6, 7, 0xff] as [UInt8] { #expect(PublicKey(serialized: [prefix] + long[1...]) == nil) }
        for bit in 8..<520 { #expect(PublicKey(serialized: long.flipped(bit)) == nil) }
        #expect(PublicKey(serialized: []) == nil)
    }
}
