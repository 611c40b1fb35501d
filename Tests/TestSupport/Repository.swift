// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// The source tree that the tests were compiled from.
package enum Repository {
    /// A file or folder by its path from the root.
    package static func file(_ path: String) -> URL {
        root.appendingPathComponent(path)
    }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
