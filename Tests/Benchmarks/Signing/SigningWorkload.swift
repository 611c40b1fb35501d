// SPDX-License-Identifier: Apache-2.0

import SignetSigning

/// A kind of presigned request whose URLs are measured.
struct SigningWorkload {
    static let secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    let name: String
    let summary: String
    let template: S3PresignTemplate
    let time: SigningTime
    /// What the template signs, in canonical form.
    let headerLines: String
    let signedHeaders: String
    /// As many as stay in the fast caches, so that the work is measured and not memory.
    let keys: [String]

    /// W1: a presigned PUT with four signed headers.
    static func put() throws -> SigningWorkload {
        var options = S3ObjectOptions()
        options.contentType = "image/jpeg"
        options.storageClass = "STANDARD_IA"
        options.encryption = .s3
        return try SigningWorkload("W1", "presigned PUT, 4 signed headers", .putObject, options)
    }

    /// W2: a plain GET.
    static func get() throws -> SigningWorkload {
        try SigningWorkload("W2", "plain GET", .getObject, S3ObjectOptions())
    }

    private init(_ name: String, _ summary: String, _ operation: S3Operation, _ options: S3ObjectOptions) throws {
        let credentials = try SigningCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: Self.secretAccessKey
        )
        let endpoint = try S3Endpoint.resolve(bucket: "examplebucket", region: "us-east-1")
        self.name = name
        self.summary = summary
        time = try SigningTime(unixSeconds: 1_369_353_600)
        template = try S3Signer(credentials: credentials).template(
            operation,
            at: endpoint,
            time: time,
            expiresIn: 3_600,
            options: options
        )
        let canonical = try CanonicalHeaders(host: endpoint.host, headers: template.headers)
        headerLines = canonical.lines
        signedHeaders = canonical.signedNames
        keys = Self.equalKeys(64)
    }

    /// So many keys of one length, as numbered uploads have.
    static func equalKeys(_ count: Int) -> [String] {
        (0..<count).map { "uploads/2026/08/photo-\(100_000 + $0).jpeg" }
    }

    /// So many keys of 20 to 119 bytes, as data sets have.
    static func mixedKeys(_ count: Int) -> [String] {
        (0..<count).map { index in
            let name = "datasets/part-\(100_000 + index)"
            return name + String(repeating: "x", count: index * 37 % 100)
        }
    }
}
