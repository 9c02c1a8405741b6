/// The id that joins a response, its log lines, audit rows and jobs (spec 01 §4.1).
enum RequestID {
    /// The caller's id if it is 8–64 of `A–Z a–z 0–9 . _ -`, else a new one.
    static func choose(_ inbound: String?, random: RandomSource) -> String {
        if let inbound, isAcceptable(inbound) { return inbound }
        return random.uuidText()
    }

    static func isAcceptable(_ text: String) -> Bool {
        (8...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
