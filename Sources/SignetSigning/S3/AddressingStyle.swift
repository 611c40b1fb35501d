// SPDX-License-Identifier: Apache-2.0

/// Where a URL names its bucket (S3 User Guide, "Virtual hosting of buckets").
public enum AddressingStyle: String, Sendable, Hashable, CaseIterable {
    /// In the host on AWS; in the path for buckets with a dot, which TLS certificates do not cover, and elsewhere.
    case auto
    /// `https://bucket.host/key`.
    case virtual
    /// `https://host/bucket/key`.
    case path
}
