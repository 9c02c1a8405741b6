import HTTPTypes
import API
import Foundation

/// What is wrong with a password somebody wants to have (spec 02 §8.7).
enum PasswordFault: String, Sendable, CaseIterable {
    case tooShort = "too_short"
    case tooLong = "too_long"
    case noUpper = "no_upper"
    case noLower = "no_lower"
    case noDigit = "no_digit"
    case containsIdentity = "contains_identity"
    case common

    /// A sentence fit for a user.
    var message: String {
        switch self {
        case .tooShort: "Must have at least \(PasswordRules.minimumScalars) characters."
        case .tooLong: "Must have at most \(PasswordRules.maximumScalars) characters."
        case .noUpper: "Must contain an upper-case letter."
        case .noLower: "Must contain a lower-case letter."
        case .noDigit: "Must contain a digit."
        case .containsIdentity: "Must not contain your e-mail or display name."
        case .common: "Is one of the passwords that are tried first."
        }
    }
}

/// The rules for passwords (spec 02 §8.7): register, reset and change apply the same.
enum PasswordRules {
    static let minimumScalars = 8
    static let maximumScalars = 128
    static let maximumBytes = 512
    /// A shorter local part of an e-mail stands in many good passwords by chance.
    private static let minimumLocalPart = 4

    /// Every rule a password breaks, in the order of the spec.
    /// - Parameter password: in NFC, not trimmed.
    static func faults(of password: String, email: EmailAddress?, displayName: String?) -> [PasswordFault] {
        let scalars = password.unicodeScalars
        let categories = Set(scalars.map(\.properties.generalCategory))
        var faults: [PasswordFault] = []
        // White space alone is as good as nothing.
        if scalars.count < minimumScalars || scalars.allSatisfy(\.properties.isWhitespace) { faults.append(.tooShort) }
        if scalars.count > maximumScalars || password.utf8.count > maximumBytes { faults.append(.tooLong) }
        if categories.isDisjoint(with: [.uppercaseLetter, .titlecaseLetter]) { faults.append(.noUpper) }
        if !categories.contains(.lowercaseLetter) { faults.append(.noLower) }
        if !categories.contains(.decimalNumber) { faults.append(.noDigit) }
        if containsIdentity(password, email: email, displayName: displayName) { faults.append(.containsIdentity) }
        if CommonPasswords.contains(password) { faults.append(.common) }
        return faults
    }

    /// - Parameter field: the member of the body the password came in.
    /// - Throws: 422 `password_too_weak` with one entry per broken rule.
    static func check(_ password: String, email: EmailAddress?, displayName: String?, field: String) throws(APIError) {
        let faults = faults(of: password, email: email, displayName: displayName)
        guard !faults.isEmpty else { return }
        throw APIError(
            .unprocessableContent,
            "password_too_weak",
            "This password is too easy to guess.",
            faults: faults.map { FieldFault(field: field, code: FaultCode(rawValue: $0.rawValue), message: $0.message) }
        )
    }

    private static func containsIdentity(_ password: String, email: EmailAddress?, displayName: String?) -> Bool {
        let folded = NameFolding.normalized(password)
        if let local = email?.localPart, local.utf8.count >= minimumLocalPart, folded.contains(NameFolding.normalized(String(local))) {
            return true
        }
        guard let name = displayName.map(NameFolding.normalized), !name.isEmpty else { return false }
        return folded.contains(name)
    }
}

extension FieldRule where Value == String {
    /// A password somebody wants to have. Its length is judged with the other rules of ``PasswordRules``, which answer together.
    static var newPassword: FieldRule {
        FieldRule.string(0...4096, trims: false)
            .described(
                .string(TextShape(minimumLength: PasswordRules.minimumScalars, maximumLength: PasswordRules.maximumScalars))
            )
    }

    /// A password to be compared with the stored one.
    static var presentedPassword: FieldRule { .string(1...128, trims: false) }
}
