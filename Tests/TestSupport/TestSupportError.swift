// SPDX-License-Identifier: Apache-2.0

/// A helper could not do its part; the sentence says what to do about it.
package struct TestSupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
