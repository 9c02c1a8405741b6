/// Decides whether a text proves that the owner of an address signed a message (spec 02 §3).
///
/// Pure: no I/O, no clock, nothing thrown. One call costs one elliptic curve operation, and the text is bounded, so it is quick on
/// any input.
public enum MessageVerifier {
    /// Verifies a signature of `message`, taken as the bytes that were signed.
    public static func verify(address: BitcoinAddress, message: [UInt8], signature: String) -> VerificationResult {
        do throws(VerificationRefusal) {
            guard address.type.canSignMessages else { throw .addressTypeUnsupported }
            let verifier = BIP322Verifier(address: address, message: message)
            switch try SignatureText(decoding: signature) {
            case .compact(let payload): try CompactMessage.verify(payload, message: message, address: address)
            case .simple(let payload): try verifier.verifySimple(payload)
            case .full(let payload): try verifier.verifyFull(payload)
            }
            return .accepted
        } catch {
            return .refused(error)
        }
    }

    /// Verifies a signature for an address still in text form; a text that is no address of `network` is refused.
    public static func verify(network: BitcoinNetwork, address: String, message: String, signature: String) -> VerificationResult {
        do throws(AddressError) {
            let address = try BitcoinAddress(parsing: address, network: network)
            return verify(address: address, message: Array(message.utf8), signature: signature)
        } catch {
            return .refused(VerificationRefusal(error))
        }
    }
}
