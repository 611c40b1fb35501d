// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// What is kept of an upload on disk, so that it goes on after its client died: its names, and nothing that is secret.
package struct UploadCheckpoint: Sendable {
    struct Content: Codable {
        let key: String
        let uploadId: String
        let partSize: Int64
        let partCount: Int
    }

    private let path: String

    /// - Parameter path: A file of its own for each upload; its directory is made.
    package init(path: String) {
        self.path = path
    }

    /// What an earlier run left; `nil`: nothing, or nothing that can be read.
    func load() -> Content? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Content.self, from: $0) }
    }

    /// - Throws: `unwritableState`.
    func save(_ content: Content) throws {
        let url = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try JSONEncoder().encode(content).write(to: url, options: .atomic)
        } catch {
            throw GatewayClientError(
                .unwritableState,
                message: "\(path) cannot be written, so the upload could not go on after an interruption; "
                    + "set XDG_STATE_HOME to a directory that can be"
            )
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
