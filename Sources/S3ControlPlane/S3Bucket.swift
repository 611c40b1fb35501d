// SPDX-License-Identifier: Apache-2.0

package import SignetSigning

/// A bucket that the control plane may send requests about, and how it reaches it.
package struct S3Bucket: Sendable {
    package let endpoint: S3Endpoint
    package let credentials: SigningCredentials

    /// - Throws: `endpoint_not_allowed`.
    package init(
        endpoint: S3Endpoint,
        credentials: SigningCredentials,
        allowedBy policy: EndpointPolicy
    ) throws(S3Error) {
        try policy.check(endpoint)
        self.endpoint = endpoint
        self.credentials = credentials
    }
}
