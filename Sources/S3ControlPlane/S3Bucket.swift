// SPDX-License-Identifier: Apache-2.0

package import SignetSigning

/// A bucket as the control plane reaches it.
package struct S3Bucket: Sendable {
    package let endpoint: S3Endpoint
    package let credentials: SigningCredentials

    package init(endpoint: S3Endpoint, credentials: SigningCredentials) {
        self.endpoint = endpoint
        self.credentials = credentials
    }
}
