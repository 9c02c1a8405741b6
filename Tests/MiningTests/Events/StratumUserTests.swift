import Bitcoin
import Testing

@testable import Mining

/// Who mined, by the names a pool sends (spec 03a §3, §12).
@Suite("Stratum user")
struct StratumUserTests {
    private let address = SliceRig.address

    private func name(_ worker: String, user: String? = nil) -> String {
        StratumUser(user: user ?? address, worker: worker, network: .mainnet).workerName
    }

    @Test("The worker's name is what follows the address, whole")
    func workers() {
        #expect(name(address) == "default")
        #expect(name("") == "default")
        #expect(name(address + ".") == "default")
        #expect(name(address + "_x") == "x")
        #expect(name(address + ".garage.rig1", user: address + ".rig") == "garage.rig1")
        #expect(name(address + ".a.b") == "a.b")
        #expect(name("x.y") == "x.y", "another prefix is no address of this user")
        #expect(name(address + "x") != "x")
        #expect(name(address.uppercased() + ".rig1", user: address.uppercased()) == "rig1")
        #expect(name("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4.rig").hasSuffix(".rig"), "another's address stays")
    }

    @Test("Names of other letters and longer ones are changed and never merge")
    func normalised() {
        let limit = String(repeating: "a", count: 64)
        #expect(name(limit) == limit)
        let long = name(limit + "a")
        #expect(long.utf8.count == 64 && long.hasPrefix(String(repeating: "a", count: 57) + "~"))
        let changed = ["a\"b", "a:b", "a b", "a/b", "a\u{0}b", "aéb"].map { name($0) }
        #expect(Set(changed).count == changed.count)
        for name in changed {
            #expect(name.hasPrefix("a_b~") && name.utf8.count == 10)
            #expect(WorkerName.isNormalised(name))
            #expect(
                StratumUser(canonicalUser: address, worker: name, network: .mainnet).workerName == name,
                "a second pass changes nothing"
            )
        }
        let emoji = name("⛏️rig")
        #expect(emoji.hasPrefix("__rig~"))
        #expect(name("rig~abcdef") != "rig~abcdef", "a name a pool sends cannot pose as a changed one")
    }

    @Test("The user's left part is the address, in its canonical spelling")
    func addresses() {
        func canonical(_ user: String, _ network: BitcoinNetwork = .mainnet) -> String? {
            StratumUser(user: user, worker: "w", network: network).canonicalAddress
        }
        for user in [address, address + ".rig", address + "_rig", address.uppercased()] { #expect(canonical(user) == address) }
        #expect(canonical("BC1" + address.dropFirst(3)) == nil, "mixed case")
        #expect(canonical(address.dropLast() + "p") == nil, "wrong checksum")
        #expect(canonical(address, .testnet) == nil && canonical(address, .regtest) == nil, "another network")
        let regtest = "bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6"
        #expect(regtest.utf8.count == 64 && canonical(regtest, .regtest) == regtest)
        #expect(canonical("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.rig") == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
        #expect(canonical("1A1ZP1EP5QGEFI2DMPTFTL5SLMV7DIVFNA") == nil, "base58 has no other spelling")
        for user in ["", "unknown", "pool", "pool.x", "unknown_x"] {
            #expect(StratumUser(user: user, worker: "w", network: .mainnet).address == .unattributable)
        }
    }
}
