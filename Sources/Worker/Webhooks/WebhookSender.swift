// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Contract
internal import NIOCore
internal import NIOHTTP1
internal import S3ControlPlane

/// Sends signed webhooks (Standard Webhooks 1.0, with a CloudEvent in structured mode as the body).
package struct WebhookSender: Sendable {
    /// For one attempt.
    private static let timeout = TimeAmount.seconds(10)

    private let client: HTTPClient
    private let allowed: EndpointPolicy
    private let secrets: [WebhookSecret]

    /// Runs a sender as long as the body runs.
    package static func run<Result>(
        _ configuration: WebhookConfiguration,
        _ body: (WebhookSender) async throws -> Result
    ) async throws -> Result {
        var settings = HTTPClient.Configuration()
        settings.timeout.connect = .seconds(3)
        // What answers may not send us on to where nobody allowed.
        settings.redirectConfiguration = .disallow
        settings.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: settings) { client in
            try await body(
                WebhookSender(
                    client: client,
                    allowed: EndpointPolicy(listed: configuration.allowedOrigins),
                    secrets: configuration.secrets
                )
            )
        }
    }

    /// What became of an attempt.
    enum Outcome: Sendable, Hashable {
        case taken
        /// Nobody wants it any more: 410.
        case gone
        /// The reason, without what was sent.
        case failed(String)
    }

    /// - Throws: Why a webhook cannot go there.
    func check(_ url: String) throws(FailureError) -> WebhookURL {
        let url = try WebhookURL(url)
        guard !secrets.isEmpty, allowed.lists(url.text) else {
            throw FailureError(
                .webhookNotAllowed,
                field: "webhook",
                message:
                    "no webhooks are sent to \(url.origin); have it listed in the workers' webhook.allowedOrigins, "
                    + "and webhook.secretsFile set"
            )
        }
        return url
    }

    /// Sends a message once.
    ///
    /// - Parameter now: Unix milliseconds.
    /// - Throws: `CancellationError`.
    func send(_ webhook: WebhookJob, to url: WebhookURL, now: Int64) async throws -> Outcome {
        let time = now / 1_000
        let body = Array(webhook.body)
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers = [
            "content-type": "application/cloudevents+json", "user-agent": "signet", "webhook-id": webhook.id,
            "webhook-timestamp": String(time),
            "webhook-signature": secrets.map { $0.signature(of: webhook.id, time: time, body: body) }
                .joined(separator: " "),
        ]
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await client.execute(request, timeout: Self.timeout)
            return switch response.status.code {
            case 200..<300: .taken
            case 410: .gone
            default: .failed("\(url.origin) answered \(response.status.code)")
            }
        } catch {
            if Task.isCancelled { throw CancellationError() }
            return .failed("\(url.origin) did not answer")
        }
    }
}
