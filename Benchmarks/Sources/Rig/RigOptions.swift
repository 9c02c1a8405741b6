import ArgumentParser

/// What every benchmark can be told.
struct RigOptions: ParsableArguments {
    @Option(help: "Folder for the servers' files; it must exist and be readable by all.")
    var directory: String

    @Option(help: "Times each side is measured, in turn; the medians are compared.")
    var repetitions: Int?

    @Flag(help: "Write where the process under test spends its time to PROFILE-<name>.data in the folder above, with perf(1).")
    var profile = false
}
