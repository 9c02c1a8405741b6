import Glibc

/// How a child process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    /// It ended by itself with this code.
    case code(Int32)
    /// This signal ended it.
    case signal(Int32)

    /// Reads the status word of `waitpid`.
    init(waitStatus word: Int32) {
        let signal = word & 0x7f
        self = signal == 0 ? .code((word >> 8) & 0xff) : .signal(signal)
    }

    /// True for code 0.
    public var isSuccess: Bool { self == .code(0) }

    /// "ended with code 1" or "was ended by signal 9".
    public var description: String {
        switch self {
        case .code(let code): "ended with code \(code)"
        case .signal(let signal): "was ended by signal \(signal)"
        }
    }
}
