import CryptoExtras
import Logging
import Platform

/// The signing key of a process that was given none: made in memory in development and test, refused elsewhere (spec 02 §7.2).
enum DevelopmentKey {
    static func generate(_ settings: Settings, _ logger: Logger) throws -> String {
        logger.warning("signing with a key made for this process alone", metadata: ["event": "generated_signing_key"])
        return try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation
    }
}
