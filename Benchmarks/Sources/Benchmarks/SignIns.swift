import ArgumentParser
import LocalServers
import Bitcoin
import Crypto
import CryptoExtras
import Foundation

/// Wallet sign-ins per second through the API, compared with the two operations no sign-in can do without, on one core.
struct SignIns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signins",
        abstract: "Wallet sign-ins against RS256 and ECDSA in a loop."
    )

    @OptionGroup var options: RigOptions

    @Option(help: "Seconds of one measurement.")
    var seconds = 5

    @Option(help: "Sign-ins under way at once, each on a connection of its own.")
    var connections = 32

    /// Wallets of each kind; they sign in again and again.
    private static let wallets = 256

    func run() async throws {
        try await Rig.run(options) { rig in
            let api = try await rig.startAPI()
            let kinds: [(name: String, signers: [MessageSigner])] = [
                ("P2WPKH, BIP-137", WalletClient.signers(Self.wallets, .p2wpkh)),
                ("P2TR, BIP-322", WalletClient.signers(Self.wallets, .p2tr)),
            ]
            for kind in kinds { _ = try await measure(api.url, kind.signers, for: .seconds(1)) }

            var rates = [[Double]](repeating: [], count: kinds.count)
            var loop: [Double] = []
            for _ in 0..<(options.repetitions ?? 3) {
                loop.append(try Self.signAndVerify(for: .seconds(2)))
                for (index, kind) in kinds.enumerated() {
                    rates[index].append(
                        try await Profiler.sampling(api.child.pid, "signins-\(index)", options) {
                            try await measure(api.url, kind.signers, for: .seconds(seconds))
                        }
                    )
                }
            }
            await api.stop()

            var report = Report("wallet sign-ins per second (challenge and verify), \(connections) connections", "", "median", "range")
            for (kind, rates) in zip(kinds, rates) { report.row(kind.name, rates.median.grouped, rates.spread) }
            report.row("one core: RS256 signature + ECDSA verification", loop.median.grouped, loop.spread)
            for (kind, rates) in zip(kinds, rates) { report.atLeast(0.5, rates.median / loop.median, "ratio, \(kind.name)") }
            report.show()
        }
    }

    private func measure(_ url: String, _ signers: [MessageSigner], for time: Duration) async throws -> Double {
        let threads = connections
        let (elapsed, tokens) = try await stopwatch {
            let deadline = ContinuousClock.now + time
            return try await WalletThreads.signIn(threads, url) { thread, round in
                ContinuousClock.now < deadline ? signers[(thread + round * threads) % signers.count] : nil
            }
        }
        return Double(tokens.count) / elapsed
    }

    /// What a sign-in costs at least: one RS256 signature with 2,048 bits and one verified message signature.
    private static func signAndVerify(for time: Duration) throws -> Double {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        guard let signer = WalletClient.signers(1, .p2wpkh).first, let signature = signer.sign("message") else {
            throw BenchmarkFailure("no signature")
        }
        let message = Array("message".utf8)
        let payload = Data(repeating: 0x61, count: 400)
        let start = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - start < time {
            _ = try key.signature(for: SHA256.hash(data: payload), padding: .insecurePKCS1v1_5)
            guard MessageVerifier.verify(address: signer.address, message: message, signature: signature).isAccepted else {
                throw BenchmarkFailure("no valid signature")
            }
            count += 1
        }
        let elapsed = (ContinuousClock.now - start).components
        return Double(count) / (Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }
}
