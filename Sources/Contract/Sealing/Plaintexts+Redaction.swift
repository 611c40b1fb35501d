// SPDX-License-Identifier: Apache-2.0

extension InlineCredential: CustomStringConvertible, CustomReflectable {
    /// Nothing of the credential: a message would print all its fields.
    package var description: String { "InlineCredential(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension CustomerKeys: CustomStringConvertible, CustomReflectable {
    /// Nothing of the keys.
    package var description: String { "CustomerKeys(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
