import Glibc

/// What to start: a program, its arguments and surroundings.
public struct Command: Sendable {
    /// Absolute path of the program.
    public var program: String
    /// Arguments without the program's name.
    public var arguments: [String]
    /// The complete environment of the child.
    public var environment: [String: String]
    /// Working directory; nil keeps the parent's.
    public var workingDirectory: String?
    /// File that receives standard output and error, appended; nil discards both.
    public var logPath: String?
    /// Signal the kernel sends to the child when this process is gone, however it went (prctl(2), PR_SET_PDEATHSIG).
    public var parentDeathSignal: ParentDeathSignal
    /// The account to run as; nil keeps the current one.
    public var account: ServiceAccount?

    /// Signals offered for the death of the parent.
    public enum ParentDeathSignal: String, Sendable {
        case kill = "KILL"
        case quit = "QUIT"
        case term = "TERM"
    }

    /// A command that inherits the environment and dies with this process.
    public init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = Command.currentEnvironment(),
        workingDirectory: String? = nil,
        logPath: String? = nil,
        parentDeathSignal: ParentDeathSignal = .kill,
        account: ServiceAccount? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.logPath = logPath
        self.parentDeathSignal = parentDeathSignal
        self.account = account
    }

    /// The last component of the program's path.
    public var name: String { program.split(separator: "/").last.map(String.init) ?? program }

    /// The environment of this process.
    public static func currentEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let text = String(cString: line)
            if let equals = text.firstIndex(of: "=") { result[String(text[..<equals])] = String(text[text.index(after: equals)...]) }
            entry += 1
        }
        return result
    }

    /// The argument vector that is executed: setpriv(1) of util-linux arms the death signal and drops privileges, then becomes the program,
    /// so the process id is the program's own.
    func argumentVector(setpriv: String) -> [String] {
        var vector = [setpriv]
        if let account {
            vector += ["--reuid=\(account.userID)", "--regid=\(account.groupID)", "--init-groups"]
        }
        return vector + ["--pdeathsig=\(parentDeathSignal.rawValue)", "--", program] + arguments
    }
}
