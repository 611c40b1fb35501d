// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import S3ControlPlane
package import SignetSigning

/// Signet's own file of credential profiles, which only workers read.
///
/// ```json
/// {"profiles": {"media": {"accessKeyId": "AKIA…", "secretAccessKey": "…",
///                         "sessionToken": "…", "expiration": "2026-01-31T00:00:00Z", "tenants": ["default"],
///                         "allowedEndpoints": ["https://minio.example:9000"]}}}
/// ```
/// and key rings of CloudFront, whose keys follow each other by `activeFrom` (absent: from the beginning):
/// ```json
/// {"cloudFrontKeyRings": {"default": {"keys": [{"keyPairId": "K2JCJMDEHXQW5F", "privateKeyFile": "/etc/signet/cf.pem",
///                                              "activeFrom": "2026-01-31T00:00:00Z"}], "tenants": ["default"]}}}
/// ```
/// `sessionToken`, `expiration`, `tenants` (who may use the profile; absent: all) and `allowedEndpoints` (which endpoints of
/// one's own requests are sent to with it; absent: none) are optional.
package struct ProfileFile {
    package let profiles: [String: CredentialProfile]
    package let keyRings: [String: CloudFrontKeyRingProfile]

    /// Reads the file.
    ///
    /// - Throws: `WorkerError` that names file, profile and field; never a value.
    package init(path: String) throws(WorkerError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw WorkerError(
                .invalidProfiles,
                message: "the profile file \(path) cannot be read; check worker.profilesFile and the file's permissions"
            )
        }
        try self.init(json: data, path: path)
    }

    /// Reads the file's content; `path` is for messages only.
    package init(json data: Data, path: String) throws(WorkerError) {
        func invalid(_ what: String) -> WorkerError {
            WorkerError(.invalidProfiles, message: "the profile file \(path): \(what)")
        }
        guard let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw invalid("it is no JSON object")
        }
        for key in root.keys where !["profiles", "cloudFrontKeyRings"].contains(key) {
            throw invalid("the key \"\(key)\" is not known; known are \"profiles\" and \"cloudFrontKeyRings\"")
        }
        guard let entries = root["profiles", default: [String: Any]()] as? [String: Any] else {
            throw invalid("\"profiles\" must be an object of profiles by name")
        }
        guard let rings = root["cloudFrontKeyRings", default: [String: Any]()] as? [String: Any] else {
            throw invalid("\"cloudFrontKeyRings\" must be an object of key rings by name")
        }
        var profiles: [String: CredentialProfile] = [:]
        for (name, value) in entries {
            guard let fields = value as? [String: Any] else { throw invalid("profile \(name) must be an object") }
            profiles[name] = try Self.profile(fields) { invalid("profile \(name): \($0)") }
        }
        self.profiles = profiles
        var keyRings: [String: CloudFrontKeyRingProfile] = [:]
        for (name, value) in rings {
            keyRings[name] = try CloudFrontKeyRingProfile(value) { invalid("key ring \(name): \($0)") }
        }
        self.keyRings = keyRings
    }

    private static let known: Set<String> = [
        "accessKeyId", "secretAccessKey", "sessionToken", "expiration", "tenants", "allowedEndpoints",
    ]

    private static func profile(
        _ fields: [String: Any],
        invalid: (String) -> WorkerError
    ) throws(WorkerError) -> CredentialProfile {
        for key in fields.keys where !known.contains(key) {
            throw invalid("\"\(key)\" is not known; known are \(known.sorted().joined(separator: ", "))")
        }
        func text(_ name: String) throws(WorkerError) -> String? {
            guard let value = fields[name] else { return nil }
            guard let text = value as? String else { throw invalid("\"\(name)\" must be a string") }
            return text
        }
        guard let accessKeyID = try text("accessKeyId"), let secret = try text("secretAccessKey") else {
            throw invalid("\"accessKeyId\" and \"secretAccessKey\" are required")
        }
        var expiration: Int64?
        if let end = try text("expiration") {
            guard let date = try? Date(end, strategy: .iso8601) else {
                throw invalid("\"expiration\" must be RFC 3339, e.g. 2026-01-31T00:00:00Z")
            }
            expiration = Int64(date.timeIntervalSince1970)
        }
        var tenants: Set<String>?
        if let value = fields["tenants"] {
            guard let names = value as? [String] else { throw invalid("\"tenants\" must be an array of names") }
            tenants = Set(names)
        }
        guard let endpoints = fields["allowedEndpoints", default: [String]()] as? [String] else {
            throw invalid("\"allowedEndpoints\" must be an array of URLs")
        }
        if let wrong = endpoints.first(where: { !EndpointPolicy.isOrigin($0) }) {
            throw invalid("\"allowedEndpoints\": \(wrong) is no URL such as https://minio.example:9000")
        }
        do {
            let credentials = try SigningCredentials(
                accessKeyID: accessKeyID,
                secretAccessKey: secret,
                sessionToken: try text("sessionToken"),
                expiration: expiration
            )
            return CredentialProfile(
                signer: S3Signer(credentials: credentials),
                tenants: tenants,
                endpoints: EndpointPolicy(listed: endpoints)
            )
        } catch let error as WorkerError {
            throw error
        } catch {
            throw invalid("\(error)")
        }
    }
}

/// A credential that workers resolve by name, and who may use it.
package struct CredentialProfile: Sendable {
    package let signer: S3Signer
    /// `nil`: all tenants.
    package let tenants: Set<String>?
    /// Endpoints of one's own that requests are sent to with it.
    package let endpoints: EndpointPolicy

    package init(signer: S3Signer, tenants: Set<String>? = nil, endpoints: EndpointPolicy = EndpointPolicy()) {
        self.signer = signer
        self.tenants = tenants
        self.endpoints = endpoints
    }
}
