// SPDX-License-Identifier: Apache-2.0

/// Where workers send webhooks, and how they sign them.
package struct WebhookConfiguration: Sendable {
    /// Origins, e.g. `https://example.com`; a job's webhook is no way to anywhere else.
    package var allowedOrigins: [String]
    /// Each signs, so that receivers can change over; the newest first.
    package var secrets: [WebhookSecret]

    package init(allowedOrigins: [String] = [], secrets: [WebhookSecret] = []) {
        self.allowedOrigins = allowedOrigins
        self.secrets = secrets
    }
}
