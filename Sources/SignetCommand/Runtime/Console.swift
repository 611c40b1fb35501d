// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Lines on standard output that other programs wait for: flushed at once.
enum Console {
    static func print(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
