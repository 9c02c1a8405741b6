import Crypto
import CryptoExtras
import Foundation

/// What start-up demands of the RSA key that signs tokens (spec 01 §2, 02 §7.2).
package enum SigningKeyCheck {
    /// RFC 7638 thumbprints of keys whose private half is printed somewhere: the example of RFC 7515 A.2 and the test key of this project.
    package static let published: Set<String> = [
        "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8", "JTHgX1jATYJ0VQy741NszzFUozhZ3mgbjlhKzmS7_Ng",
    ]

    /// - Returns: what is wrong with the key; nil for one that may sign.
    static func problem(_ pem: String, isProduction: Bool) -> String? {
        // The initialiser that takes short keys, so that a short one is told from no key at all.
        guard let key = try? _RSA.Signing.PrivateKey(unsafePEMRepresentation: pem),
            let primitives = try? key.publicKey.getKeyPrimitives()
        else { return "must be an RSA private key in PEM, PKCS#8 or PKCS#1" }
        guard (2048...4096).contains(key.keySizeInBits) else { return "must have 2048 to 4096 bits" }
        guard Array(primitives.publicExponent) == [1, 0, 1] else { return "must have the exponent 65537" }
        if isProduction, published.contains(thumbprint(primitives)) { return "is a published test key" }
        return nil
    }

    /// SHA-256 over the required members in their order (RFC 7638 §3).
    private static func thumbprint(_ key: _RSA.Signing.PublicKey.Primitives) -> String {
        let (modulus, exponent) = (Base64URL.encode(key.modulus), Base64URL.encode(key.publicExponent))
        return Base64URL.encode(SHA256.hash(data: Data(#"{"e":"\#(exponent)","kty":"RSA","n":"\#(modulus)"}"#.utf8)))
    }
}
