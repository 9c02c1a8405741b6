import Testing

@testable import Platform

@Suite("Client address")
struct ClientAddressTests {
    private func client(_ forwarded: [String], from peer: String, trusting ranges: [String]) -> ClientAddress {
        ClientAddress(peer: IPAddress(peer), forwardedFor: forwarded, trusted: ranges.compactMap(AddressRange.init))
    }

    @Test("The right-most address that is no trusted proxy is the client")
    func rightMostUntrusted() {
        let header = ["1.1.1.1, 2.2.2.2"]
        #expect(client(header, from: "10.0.0.5", trusting: ["10.0.0.0/8"]).full == "2.2.2.2")
        #expect(client(header, from: "10.0.0.5", trusting: ["10.0.0.0/8", "2.2.2.0/24"]).full == "1.1.1.1")
        #expect(client(header, from: "10.0.0.5", trusting: []).full == "10.0.0.5")
    }

    @Test("When every entry is trusted the left-most is the client")
    func allTrusted() {
        #expect(client(["10.1.1.1, 10.2.2.2"], from: "10.0.0.5", trusting: ["10.0.0.0/8"]).full == "10.1.1.1")
    }

    @Test("An entry that is no address ends the walk as unknown")
    func garbage() {
        let unknown = client(["1.1.1.1, <script>"], from: "10.0.0.5", trusting: ["10.0.0.0/8"])
        #expect(unknown.full == nil)
        #expect(unknown.group == "unknown")
    }

    @Test("Fifty entries over several header lines are walked in order")
    func manyEntries() {
        let entries = (0..<50).map { "10.0.0.\($0)" }
        #expect(client(["9.9.9.9"] + entries, from: "10.0.0.5", trusting: ["10.0.0.0/8"]).full == "9.9.9.9")
    }

    @Test("IPv4 in IPv6 clothes is IPv4, and IPv6 neighbours of one /64 share a budget")
    func groups() {
        #expect(IPAddress("::ffff:1.2.3.4")?.group == "1.2.3.4")
        #expect(IPAddress("2001:db8:1:2:aaaa::1")?.group == IPAddress("2001:db8:1:2:bbbb::2")?.group)
        #expect(IPAddress("2001:db8:1:2::1")?.group != IPAddress("2001:db8:1:3::1")?.group)
        #expect(IPAddress("fe80::1%eth0")?.text == "fe80::1")
    }

    @Test("Logs see a /24 or a /48 only")
    func truncation() {
        #expect(IPAddress("203.0.113.77")?.truncated == "203.0.113.0/24")
        #expect(IPAddress("2001:db8:1:2::9")?.truncated == "2001:db8:1::/48")
    }

    @Test(
        "Text that is no address or range is refused",
        arguments: ["", "1.2.3", "1.2.3.4/33", "::/129", "host", "1.2.3.4/", "1.2.3.4/8/9"]
    )
    func refused(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
