import Foundation

/// Variables of the test process.
enum Variables {
    static subscript(name: String) -> String? { ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
}
