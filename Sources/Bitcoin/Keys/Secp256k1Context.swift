import CSecp256k1

/// The one libsecp256k1 context of the process.
///
/// `@unchecked Sendable` holds because the pointer is written once, during the thread-safe initialisation of `shared`, before anyone
/// can see it, and every later call takes it as `const secp256k1_context *`; the library promises that such calls may run
/// in parallel on one context (secp256k1.h, "Opaque data structure that holds context information"). The only call that changes a
/// context, `secp256k1_context_randomize`, runs inside the initialiser. The context is never destroyed.
struct Secp256k1Context: @unchecked Sendable {
    let pointer: OpaquePointer

    static let shared = Secp256k1Context()

    private init() {
        // Never null: the library aborts the process when it cannot allocate.
        pointer = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE))
        // Blinds signing against side channels. It changes no result, so this chance needs no injection.
        var generator = SystemRandomNumberGenerator()
        let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        _ = secp256k1_context_randomize(pointer, seed)
    }
}
