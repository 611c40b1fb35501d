// SPDX-License-Identifier: Apache-2.0

/// The fields of a form that may upload, whatever URL it is sent to. Shows neither policy nor signature nor token: with
/// them anyone may upload.
public struct PresignedPOST: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The bucket that the form uploads to.
    public let bucket: String
    /// The key, or a prefix with `${filename}`.
    public let key: String
    /// All that the form sends, in this order, before the field `file`: what follows that one S3 ignores.
    public let fields: [POSTPolicy.Pair]
    /// When the form ends.
    public let expiry: PresignExpiry
    /// The policy, in clear.
    package let document: POSTPolicyDocument

    init(
        bucket: String,
        key: String,
        fields: [POSTPolicy.Pair],
        expiry: PresignExpiry,
        document: POSTPolicyDocument
    ) {
        self.bucket = bucket
        self.key = key
        self.fields = fields
        self.expiry = expiry
        self.document = document
    }

    /// Names bucket and key alone.
    public var description: String { "PresignedPOST(\(bucket) \(key))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows bucket, key and end alone.
    public var customMirror: Mirror { Mirror(self, children: ["bucket": bucket, "key": key, "expiry": expiry]) }
}
