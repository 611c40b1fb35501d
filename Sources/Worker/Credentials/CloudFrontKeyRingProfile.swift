// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import SignetSigning

/// A key ring of CloudFront that workers resolve by name, and who may use it.
package struct CloudFrontKeyRingProfile: Sendable {
    package let ring: CloudFrontKeyRing
    /// `nil`: all tenants.
    package let tenants: Set<String>?

    /// Reads the ring's entry in the profile file, and the files of its keys.
    ///
    /// - Throws: What `invalid` makes of a sentence that names key and field; never a value.
    init(_ value: Any, invalid: (String) -> WorkerError) throws(WorkerError) {
        guard let fields = value as? [String: Any], let keys = fields["keys"] as? [[String: Any]] else {
            throw invalid("\"keys\" must be an array of keys")
        }
        for name in fields.keys where !["keys", "tenants"].contains(name) {
            throw invalid("\"\(name)\" is not known; known are keys, tenants")
        }
        var tenants: Set<String>?
        if let value = fields["tenants"] {
            guard let names = value as? [String] else { throw invalid("\"tenants\" must be an array of names") }
            tenants = Set(names)
        }
        var entries: [CloudFrontKeyRing.Entry] = []
        for (index, key) in keys.enumerated() {
            entries.append(try Self.entry(key) { invalid("key \(index + 1): \($0)") })
        }
        do {
            ring = try CloudFrontKeyRing(entries)
        } catch {
            throw invalid(error.message)
        }
        self.tenants = tenants
    }

    private static func entry(
        _ fields: [String: Any],
        invalid: (String) -> WorkerError
    ) throws(WorkerError) -> CloudFrontKeyRing.Entry {
        for name in fields.keys where !["keyPairId", "privateKeyFile", "activeFrom"].contains(name) {
            throw invalid("\"\(name)\" is not known; known are activeFrom, keyPairId, privateKeyFile")
        }
        guard let id = fields["keyPairId"] as? String, let path = fields["privateKeyFile"] as? String else {
            throw invalid("\"keyPairId\" and \"privateKeyFile\" are required")
        }
        guard let pem = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw invalid("the file \(path) cannot be read; check \"privateKeyFile\" and the file's permissions")
        }
        var activeFrom: Int64 = 0
        if let value = fields["activeFrom"] {
            guard let text = value as? String, let date = try? Date(text, strategy: .iso8601) else {
                throw invalid("\"activeFrom\" must be RFC 3339, e.g. 2026-01-31T00:00:00Z")
            }
            activeFrom = Int64(date.timeIntervalSince1970)
        }
        do {
            return .init(key: try CloudFrontKey(keyPairID: id, pem: pem), activeFrom: activeFrom)
        } catch {
            throw invalid("\(path): \(error.message)")
        }
    }
}
