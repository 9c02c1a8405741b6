package import Bitcoin

/// Who mined: the stratum user name and worker name of an event, taken apart and normalised (spec 03a §3).
package struct StratumUser: Sendable, Hashable {
    /// What the user name says about the owner.
    package enum Address: Sendable, Hashable {
        /// A checked address in its canonical spelling.
        case attributable(String)
        /// The pool did not know the user.
        case unattributable
        /// No address of the configured network. The text is what was sent; it belongs in no log line.
        case invalid(String)
    }

    /// The owner's address.
    package let address: Address
    /// Normalised worker name.
    package private(set) var workerName: String

    /// Takes apart what a pool sent.
    package init(user: String, worker: String, network: BitcoinNetwork) {
        let left = user.prefix { $0 != "." && $0 != "_" }
        if Self.unattributableNames.contains(String(left)) {
            address = .unattributable
            workerName = Self.worker(worker, of: left, ignoringCase: false)
        } else if let parsed = try? BitcoinAddress(parsing: Array(left.utf8), network: network) {
            address = .attributable(parsed.canonical)
            // Bech32 may be spelled in capitals, and user and worker need not agree in that.
            workerName = Self.worker(worker, of: parsed.canonical[...], ignoringCase: parsed.type != .p2pkh && parsed.type != .p2sh)
        } else {
            address = .invalid(user)
            workerName = Self.worker(worker, of: left, ignoringCase: false)
        }
    }

    /// Takes what a collector has already normalised. A second pass would change names that carry a suffix or repeat the address.
    package init(canonicalUser user: String, worker: String, network: BitcoinNetwork) {
        let isNormalised = WorkerName.isNormalised(worker)
        self.init(user: user, worker: isNormalised ? "" : worker, network: network)
        if isNormalised { workerName = worker }
    }

    /// The canonical address; nil when there is none to book anything on.
    package var canonicalAddress: String? {
        if case .attributable(let text) = address { text } else { nil }
    }

    /// The `user` member of the canonical payload.
    var userMember: String {
        switch address {
        case .attributable(let text), .invalid(let text): text
        case .unattributable: ""
        }
    }

    private static let unattributableNames: Set<String> = ["", "unknown", "pool"]

    /// Removes the address and one separator from the front of a worker's full name.
    private static func worker(_ worker: String, of address: Substring, ignoringCase: Bool) -> String {
        let head = worker.utf8.prefix(address.utf8.count)
        let matches = zip(head, address.utf8).allSatisfy { ignoringCase ? $0.lowercasedASCII == $1 : $0 == $1 }
        guard !address.isEmpty, matches, head.count == address.utf8.count else { return WorkerName.normalised(worker) }
        let rest = worker.utf8.dropFirst(head.count)
        guard let separator = rest.first else { return WorkerName.fallback }
        guard separator == UInt8(ascii: ".") || separator == UInt8(ascii: "_") else { return WorkerName.normalised(worker) }
        return WorkerName.normalised(String(Substring(rest.dropFirst())))
    }
}

extension UInt8 {
    /// The byte with `A`–`Z` in lower case.
    var lowercasedASCII: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
