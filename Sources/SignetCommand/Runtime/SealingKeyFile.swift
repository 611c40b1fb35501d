// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation

/// The workers' file of private sealing keys: one a line as `<id>:<base64>`, `#` begins a comment.
enum SealingKeyFile {
    static func read(path: String) throws -> [SealingPrivateKey] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandError("the file of sealing keys \(path) cannot be read; check sealing.privateKeysFile")
        }
        var keys: [SealingPrivateKey] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            do {
                keys.append(try SealingPrivateKey(line))
            } catch {
                throw CommandError("\(path), line \(number + 1): \(error)")
            }
        }
        return keys
    }

    /// Writes the file, readable for its owner only from the first byte on.
    static func write(_ lines: [String], path: String) throws {
        let temporary = path + ".new"
        let data = Data((lines.joined(separator: "\n") + "\n").utf8)
        guard
            FileManager.default.createFile(
                atPath: temporary,
                contents: data,
                attributes: [.posixPermissions: 0o600]
            )
        else {
            throw CommandError("\(temporary) cannot be written; check the directory's permissions")
        }
        guard rename(temporary, path) == 0 else {
            throw CommandError("\(temporary) cannot be renamed to \(path)")
        }
    }
}
