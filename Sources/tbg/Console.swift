import Foundation

/// Lines for the operator, written at once also into a pipe.
enum Console {
    static func line(_ text: String) { write(text, to: .standardOutput) }

    static func error(_ text: String) { write(text, to: .standardError) }

    private static func write(_ text: String, to handle: FileHandle) {
        // The reader may be gone; that must not stop what runs.
        try? handle.write(contentsOf: Data((text + "\n").utf8))
    }
}
