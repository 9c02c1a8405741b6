import Bitcoin
import Crypto
import Foundation
import Platform
import Synchronization
import NIOCore
import Testing

/// A wallet with a real key: the SHA-256 of a label.
struct Wallet: Sendable {
    let signer: MessageSigner

    init(_ label: String, _ type: AddressType = .p2wpkh, network: BitcoinNetwork = .mainnet, isCompressed: Bool = true) throws {
        let key = try #require(PrivateKey(bytes: Array(SHA256.hash(data: Data(label.utf8))), isCompressed: isCompressed))
        signer = try #require(MessageSigner(key: key, type: type, network: network))
    }

    var address: String { signer.address.canonical }

    func sign(_ message: String, form: SignatureForm? = nil) throws -> String { try #require(signer.sign(message, form: form)) }
}

extension RandomSource {
    /// Bytes that look random and are the same in every run.
    static func seeded(_ seed: UInt64) -> RandomSource {
        let state = Mutex(seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        return RandomSource { count in
            state.withLock { state in
                (0..<count).map { _ in
                    state ^= state << 13
                    state ^= state >> 7
                    state ^= state << 17
                    return UInt8(truncatingIfNeeded: state &* 0x2545_F491_4F6C_DD1D >> 56)
                }
            }
        }
    }
}

/// Chance that can be told what to answer next: the nonce of a golden message, for instance.
final class ScriptedRandom: Sendable {
    private let next = Mutex<[[UInt8]]>([])
    private let rest = RandomSource.seeded(7)

    /// Answers these bytes to the next question for as many.
    func push(_ bytes: [UInt8]) { next.withLock { $0.append(bytes) } }

    var source: RandomSource {
        RandomSource { [self] count in
            next.withLock { next in next.first?.count == count ? next.removeFirst() : nil } ?? rest.bytes(count)
        }
    }
}

/// A buffer that may be filled from another task.
final class SharedBuffer: Sendable {
    private let buffer: Mutex<ByteBuffer>

    init(_ buffer: ByteBuffer) { self.buffer = Mutex(buffer) }

    var value: ByteBuffer { buffer.withLock { $0 } }
    func append(_ part: ByteBuffer) { buffer.withLock { _ = $0.writeImmutableBuffer(part) } }
}
