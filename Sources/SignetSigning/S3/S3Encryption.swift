// SPDX-License-Identifier: Apache-2.0

/// How S3 encrypts an object at rest (S3 User Guide, "Protecting data with server-side encryption").
public enum S3Encryption: String, Sendable, Hashable, CaseIterable {
    /// Keys of S3: `AES256`.
    case s3 = "SSE-S3"
    /// A key of KMS: `aws:kms`.
    case kms = "SSE-KMS"
    /// Two layers under a key of KMS: `aws:kms:dsse`.
    case kmsTwoLayers = "SSE-KMS-DSSE"
    /// No header is sent: the bucket's own default applies.
    case none

    /// What `x-amz-server-side-encryption` holds; `nil`: the header is not sent.
    var wireValue: String? {
        switch self {
        case .s3: "AES256"
        case .kms: "aws:kms"
        case .kmsTwoLayers: "aws:kms:dsse"
        case .none: nil
        }
    }
}
