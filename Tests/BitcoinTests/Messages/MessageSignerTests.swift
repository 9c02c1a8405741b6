import TestServers
import Testing

@testable import Bitcoin

@Suite("Signing and verifying")
struct MessageSignerTests {
    @Test("every form a random key can sign is accepted, for its own message, key and type alone", arguments: BitcoinNetwork.allCases)
    func roundTrip(network: BitcoinNetwork) throws {
        var chance = SeededGenerator(seed: 60)
        for round in 0..<20 {
            let key = PrivateKey.random(using: &chance)
            let stranger = PrivateKey.random(using: &chance)
            let message = chance.bytes(count: round * 20)
            for type in AddressType.allCases where type.canSignMessages {
                let signer = try #require(MessageSigner(key: key, type: type, network: network))
                let other = try #require(stranger.address(type: type, network: network))
                for form in type.signatureForms {
                    let text = try #require(signer.sign(message, form: form, auxiliaryRandomness: chance.bytes(count: 32)))
                    #expect(MessageVerifier.verify(address: signer.address, message: message, signature: text) == .accepted)
                    #expect(!MessageVerifier.verify(address: signer.address, message: message + [0], signature: text).isAccepted)
                    #expect(!MessageVerifier.verify(address: other, message: message, signature: text).isAccepted)
                }
            }
        }
    }

    @Test("keys of old wallets sign for their uncompressed address")
    func uncompressed() throws {
        var chance = SeededGenerator(seed: 61)
        let key = try #require(PrivateKey(bytes: chance.bytes(count: 32), isCompressed: false))
        let signer = try #require(MessageSigner(key: key, type: .p2pkh, network: .mainnet))
        for form in [SignatureForm.compact, .full] {
            let text = try #require(signer.sign("hello", form: form))
            #expect(MessageVerifier.verify(address: signer.address, message: Array("hello".utf8), signature: text) == .accepted)
        }
        #expect(MessageSigner(key: key, type: .p2wpkh, network: .mainnet) == nil)
    }

    @Test("forms that do not exist for a type are not signed")
    func forms() throws {
        var chance = SeededGenerator(seed: 62)
        let key = PrivateKey.random(using: &chance)
        for type in AddressType.allCases {
            guard let signer = MessageSigner(key: key, type: type, network: .signet) else {
                #expect(type == .p2wsh)
                continue
            }
            for form in SignatureForm.allCases { #expect((signer.sign("x", form: form) != nil) == type.signatureForms.contains(form)) }
            #expect(signer.sign("x") == signer.sign("x", form: type.signatureForms.first))
        }
        let taproot = try #require(MessageSigner(key: key, type: .p2tr, network: .signet))
        #expect(taproot.sign([1], auxiliaryRandomness: [1]) == nil)
    }

    @Test("a signature of one network's address is good for the same key hash on another: the message must name the network")
    func networks() throws {
        var chance = SeededGenerator(seed: 63)
        let key = PrivateKey.random(using: &chance)
        let signer = try #require(MessageSigner(key: key, type: .p2wpkh, network: .testnet))
        let text = try #require(signer.sign("x"))
        let mainnet = try #require(key.address(type: .p2wpkh, network: .mainnet))
        #expect(MessageVerifier.verify(address: mainnet, message: Array("x".utf8), signature: text) == .accepted)
        #expect(
            MessageVerifier.verify(network: .mainnet, address: signer.address.canonical, message: "x", signature: text)
                == .refused(.addressNetworkMismatch)
        )
    }

    @Test("one context serves many tasks at once")
    func concurrency() async throws {
        var chance = SeededGenerator(seed: 64)
        let signers = AddressType.allCases.compactMap { MessageSigner(key: .random(using: &chance), type: $0, network: .regtest) }
        let accepted = await withTaskGroup(of: Int.self) { group in
            for task in 0..<32 {
                group.addTask {
                    (0..<20).count { round in
                        let signer = signers[(task + round) % signers.count]
                        let message = [UInt8(task), UInt8(round)]
                        guard let text = signer.sign(message) else { return false }
                        return MessageVerifier.verify(address: signer.address, message: message, signature: text).isAccepted
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(accepted == 32 * 20)
    }
}
