// SPDX-License-Identifier: Apache-2.0

/// Why a command ends: a sentence with the remedy, printed as it is.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
