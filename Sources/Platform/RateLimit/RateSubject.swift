import API
import Bitcoin
import Crypto
import Foundation

/// Whom a credentials call is about, hashed: the address or e-mail its body names, or the token it presents (spec 01 §7.1).
struct RateSubject: Sendable {
    private let hashes: SubjectHash
    private let network: BitcoinNetwork

    init(hashes: SubjectHash, network: BitcoinNetwork) {
        self.hashes = hashes
        self.network = network
    }

    /// - Returns: nil for a body that names nobody; such a call has only its address's budget.
    func hash(of body: JSONObject?) -> String? {
        guard let body else { return nil }
        if let text = body["email"]?.stringValue {
            return hashes.hash(.email, text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased())
        }
        if let text = body["btc_address"]?.stringValue {
            // What is no address is counted as it stands: the caller learns of it only after the limit.
            return hashes.hash(.address, (try? BitcoinAddress(parsing: text, network: network).canonical) ?? text)
        }
        if let token = body["refresh_token"]?.stringValue {
            return Hex.encode(SHA256.hash(data: Data(token.utf8)).prefix(16))
        }
        return nil
    }
}
