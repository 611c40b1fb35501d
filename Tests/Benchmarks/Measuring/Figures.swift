// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a benchmark prints at its end.
enum Figures {
    /// - Parameters:
    ///   - lines: For programs: JSON, a line each.
    ///   - text: For people.
    static func print(_ lines: [any Encodable], text: String, asJSON: Bool) throws {
        if asJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            for line in lines { Swift.print(String(decoding: try encoder.encode(line), as: UTF8.self)) }
        } else {
            Swift.print(text)
        }
        if Machine.isDebugBuild { note("warning: built without -c release; the figures mean nothing") }
    }

    /// Says something that is no figure.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
