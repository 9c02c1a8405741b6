/// Addresses of miners: the examples of BIP-173 and BIP-350, whose owners nobody knows.
enum RigAddress {
    static let second = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    static let third = "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"
    static let fourth = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"

    static let all = [SliceRig.address, second, third, fourth]
}
