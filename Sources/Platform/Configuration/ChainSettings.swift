import Foundation

/// Where the state of the Bitcoin network is asked for besides the pool's own events; both may be absent.
package struct ChainSettings: Sendable {
    /// The JSON-RPC of a Bitcoin Core node.
    package struct BitcoinRPC: Sendable {
        /// Without credentials.
        package let url: String
        /// User and password; nil where a cookie file is used instead.
        package let user: String?
        package let password: Secret?
        /// Holds `user:password`; Core writes a new one at every start.
        package let cookieFile: String?

        package init(url: String, user: String? = nil, password: Secret? = nil, cookieFile: String? = nil) {
            self.url = url
            self.user = user
            self.password = password
            self.cookieFile = cookieFile
        }
    }

    package let bitcoinRPC: BitcoinRPC?
    /// An Esplora-compatible HTTP service, without a slash at its end.
    package let esploraURL: String?

    init(_ reader: inout SettingsReader) {
        let rpc = reader.optionalWebAddress(
            "BITCOIN_RPC_URL",
            "JSON-RPC of a Bitcoin Core node, such as `http://user:password@127.0.0.1:8332`; network difficulty and blocks are taken from it",
            mayNameUser: true
        )
        let password = reader.secret("BITCOIN_RPC_PASSWORD", "overrides the password in the URL")
        let cookie = reader.optionalText(
            "BITCOIN_RPC_COOKIE_FILE",
            "the node's cookie file instead of user and password, read at every call"
        )
        let esplora = reader.optionalWebAddress(
            "ESPLORA_URL",
            "Esplora-compatible service, such as `https://mempool.space/api`; asked when there is no node or it does not answer"
        )
        esploraURL = esplora?.string.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        bitcoinRPC = Self.node(rpc, password, cookie)
        guard let node = bitcoinRPC else {
            if rpc == nil, password != nil || cookie != nil { reader.refuse("BITCOIN_RPC_URL", "is required by the node's credentials") }
            return
        }
        if node.cookieFile != nil, node.user != nil || node.password != nil {
            reader.refuse("BITCOIN_RPC_COOKIE_FILE", "is given besides user and password")
        } else if node.cookieFile == nil, node.user == nil || node.password == nil {
            reader.refuse("BITCOIN_RPC_URL", "needs user and password, or TBG_BITCOIN_RPC_COOKIE_FILE")
        }
    }

    private static func node(_ address: URLComponents?, _ password: Secret?, _ cookie: String?) -> BitcoinRPC? {
        guard var address else { return nil }
        let (user, given) = (address.user, address.password)
        address.user = nil
        address.password = nil
        return address.string.map {
            BitcoinRPC(url: $0, user: user, password: password ?? given.map { Secret($0) }, cookieFile: cookie)
        }
    }
}
