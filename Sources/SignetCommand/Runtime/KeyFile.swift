// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import Worker

/// A file of keys: one a line, as `<id>:<base64>` or `whsec_<base64>`, the newest first; `#` begins a comment.
enum KeyFile {
    /// The workers' private sealing keys.
    static func sealingKeys(path: String) throws -> [SealingPrivateKey] {
        try read(path, setting: "sealing.privateKeysFile") { line throws(SealingKeyError) in
            try SealingPrivateKey(line)
        }
    }

    /// The gateways' token keys.
    static func tokenKeys(path: String) throws -> [TokenKey] {
        try read(path, setting: "gateway.tokenKeysFile") { line throws(SealingKeyError) in try TokenKey(line) }
    }

    /// What workers sign webhooks with.
    static func webhookSecrets(path: String) throws -> [WebhookSecret] {
        try read(path, setting: "webhook.secretsFile") { line throws(WebhookSecret.Malformed) in try WebhookSecret(line)
        }
    }

    private static func read<Key, Failure>(
        _ path: String,
        setting: String,
        _ parse: (String) throws(Failure) -> Key
    ) throws -> [Key] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandError("the file of keys \(path) cannot be read; check \(setting)")
        }
        var keys: [Key] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            do {
                keys.append(try parse(line))
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
