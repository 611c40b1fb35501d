// SPDX-License-Identifier: Apache-2.0

/// Headers and parameters of S3 requests whose values are secrets: they travel sealed, and no reply holds them.
package enum SecretHeaders {
    /// The key of SSE-C in base64 (S3 User Guide, "Using server-side encryption with customer-provided keys").
    package static let customerKey = "x-amz-server-side-encryption-customer-key"
    /// That of the object which is copied.
    package static let copySourceCustomerKey = "x-amz-copy-source-server-side-encryption-customer-key"

    private static let names: Set<String> = [
        customerKey, copySourceCustomerKey, "authorization", "x-amz-security-token", "x-amz-s3session-token",
    ]

    /// Whether a header, a query parameter or a form's field of this name, whatever its case, carries a secret.
    package static func contain(_ name: String) -> Bool { names.contains(name.lowercased()) }
}
