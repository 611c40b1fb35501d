// SPDX-License-Identifier: Apache-2.0

/// What browsers may upload by a form: the conditions that S3 checks, and the fields that a form carries
/// (S3 API Reference, "POST Policy").
public struct POSTPolicy: Sendable {
    /// Name and value of a form's field.
    public typealias Pair = (name: String, value: String)

    /// Stands in a key or prefix for the name of the file that the client chose.
    public static let fileName = "${filename}"
    /// Bytes that the fields of a form may have together (S3 API Reference, `MaxPostPreDataLengthExceeded`).
    public static let largestForm = 20_480

    /// The bucket that the form uploads to.
    public var bucket: String
    /// The key, or a prefix with `${filename}` at its end: then the client may choose any key with that prefix.
    public var key: String
    /// What the form carries besides, e.g. `acl`, `Content-Type`, `success_action_status`; each must be sent with exactly
    /// this value, unless a `startsWith` condition allows others. Fields named `x-ignore-…` are free.
    public var fields: [Pair]
    /// What is demanded further.
    public var conditions: [POSTCondition]

    /// A policy for one bucket and key, or prefix.
    public init(bucket: String, key: String, fields: [Pair] = [], conditions: [POSTCondition] = []) {
        self.bucket = bucket
        self.key = key
        self.fields = fields
        self.conditions = conditions
    }

    /// Signs the policy.
    ///
    /// - Parameters:
    ///   - credentials: What it is signed with.
    ///   - time: When it is signed.
    ///   - expiresIn: Seconds, 1 to 604,800.
    ///   - region: Of the scope: the bucket's.
    ///   - service: Of the scope: `s3`, or `s3express` for directory buckets.
    /// - Throws: `invalid_bucket`, `invalid_key`, `invalid_field`, `invalid_condition`, `invalid_expiry`,
    ///   `credential_expired`, `unknown_region` or `invalid_value` (service).
    public func signed(
        with credentials: SigningCredentials,
        at time: SigningTime,
        expiresIn: Int64,
        region: String,
        service: String = "s3"
    ) throws(SigningError) -> PresignedPOST {
        let scope = try CredentialScope(checking: time, region: region, service: service)
        let expiry = try PresignExpiry(seconds: expiresIn, from: time, credentialExpiration: credentials.expiration)
        let end = try SigningTime(unixSeconds: time.unixSeconds + expiresIn)
        try BucketName.check(bucket, isRelaxed: true)
        let form = try POSTForm(self)

        var signed: [Pair] = [
            ("x-amz-algorithm", SigningKey.algorithm),
            ("x-amz-credential", "\(credentials.accessKeyID)/\(scope)"),
            ("x-amz-date", time.amzDate),
        ]
        if let token = credentials.sessionToken {
            signed.append((service == "s3express" ? "x-amz-s3session-token" : "x-amz-security-token", token))
        }
        let all =
            [.exact(field: "bucket", value: bucket)] + form.conditions
            + signed.map { POSTCondition.exact(field: $0.name, value: $0.value) }
        let document = POSTPolicyDocument(
            text: "{\"expiration\":\"\(end.iso8601)\",\"conditions\":[\(all.map(\.json).joined(separator: ","))]}"
        )
        let signature = document.signature(by: SigningKey(credentials: credentials, scope: scope))
        let fields =
            form.fields + signed
            + [("policy", document.encoded), ("x-amz-signature", signature.hexadecimal)]
        let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard size <= Self.largestForm else {
            throw SigningError(
                .invalidField,
                parameter: "fields",
                message: "the fields of a form have at most \(Self.largestForm) bytes together, not \(size)"
            )
        }
        return PresignedPOST(bucket: bucket, key: key, fields: fields, expiry: expiry, document: document)
    }
}

extension SigningTime {
    /// `2015-12-30T12:00:00Z`.
    fileprivate var iso8601: String {
        let digits = Array(amzDate.utf8)
        func text(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return "\(text(0..<4))-\(text(4..<6))-\(text(6..<11)):\(text(11..<13)):\(text(13..<16))"
    }
}
