// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Lines on standard output that other programs wait for: flushed at once.
enum Console {
    /// Prints a value for people and programs alike.
    static func print(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    static func print(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
