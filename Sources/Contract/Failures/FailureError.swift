// SPDX-License-Identifier: Apache-2.0

/// A failure on its way to the reply: what was wrong, where, and what to do about it.
///
/// Its text is for the caller: it never holds a secret, a token or a signed URL.
package struct FailureError: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: FailureCode
    /// Path of the field within the job's kind, e.g. `items[3].key`; empty if none is to blame.
    package var field: String
    package let message: String

    package init(_ code: FailureCode, field: String = "", message: String) {
        self.code = code
        self.field = field
        self.message = message
    }

    package var description: String {
        field.isEmpty ? "\(code): \(message)" : "\(code) at \(field): \(message)"
    }
}

extension FailureError {
    /// A failure that a reply carries.
    package init(_ failure: Failure) {
        self.init(FailureCode(rawValue: failure.code), field: failure.field, message: failure.message)
    }
}

extension Failure {
    package init(_ error: FailureError) {
        self.init()
        code = error.code.rawValue
        field = error.field
        message = error.message
    }
}
