// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation

/// Keys of SSE-C for jobs that are signed here: read from files, and sealed to a key that lives as long as the process.
struct CustomerKeyFiles {
    /// Opens what `seal` makes; for the worker's handler.
    let sealingKey = SealingPrivateKey()
    private let keys: CustomerKeys

    /// - Parameters: Paths of files with 32 bytes in base64; `nil`: no such key.
    init(key: String?, copySourceKey: String?) throws {
        var keys = CustomerKeys()
        if let key { keys.key = try Self.read(key) }
        if let copySourceKey { keys.copySourceKey = try Self.read(copySourceKey) }
        self.keys = keys
    }

    /// The keys as fields of a request.
    var fields: [String: String] {
        var fields: [String: String] = [:]
        if !keys.key.isEmpty { fields["s3CustomerKey"] = keys.key.base64EncodedString() }
        if !keys.copySourceKey.isEmpty { fields["copySourceCustomerKey"] = keys.copySourceKey.base64EncodedString() }
        return fields
    }

    /// Puts the keys into a job that is complete but for them.
    func seal(into job: inout Job) throws {
        guard keys != CustomerKeys() else { return }
        let scope = SealScope(of: job.s3Signing, jobID: job.jobID, tenant: job.tenant, notAfterMs: .max)
        job.s3Signing.sealedCustomerKeys = try CredentialSealer(publicKey: sealingKey.publicKey).seal(
            keys,
            scope: scope
        )
    }

    private static func read(_ path: String) throws -> Data {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandError("the key file \(path) cannot be read")
        }
        guard let key = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)), key.count == 32
        else {
            throw CommandError("\(path) holds no 32 bytes in base64; `openssl rand -base64 32` makes such a key")
        }
        return key
    }
}
