import Testing

@testable import Bitcoin

@Suite("Hash functions")
struct HashTests {
    @Test(
        "RIPEMD-160 gives the digests its authors published",
        arguments: [
            ("", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
            ("a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
            ("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
            ("message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
            ("abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "12a053384a9c0c88e405a06c27dcf49ada62eb2b"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "b0e20b6e3116640286ed3a87a5713079b21f5189"),
            (String(repeating: "1234567890", count: 8), "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
            (String(repeating: "a", count: 1_000_000), "52783243c1697bdbe16d37f97f68f08325dc1528"),
        ]
    )
    func ripemd160(text: String, digest: String) {
        #expect(Hex(RIPEMD160.hash(Array(text.utf8))).description == digest)
    }

    @Test("SHA-256 and its compositions")
    func sha256() {
        let abc = Array("abc".utf8)
        #expect(Hex(Hash.sha256(abc)).description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Hash.doubleSHA256(abc) == Hash.sha256(Hash.sha256(abc)))
        #expect(Hash.hash160(abc) == RIPEMD160.hash(Hash.sha256(abc)))
        let tag = Hash.sha256(Array("BIP0340/challenge".utf8))
        #expect(Hash.tagged("BIP0340/challenge", abc) == Hash.sha256(tag + tag + abc))
    }
}
