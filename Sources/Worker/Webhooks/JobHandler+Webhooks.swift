// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// Webhooks are jobs of their own: written with what ended the job that asked for them, so that no worker's death loses one.
extension JobHandler {
    /// Milliseconds for which a webhook is sent again and again, counted from its job's end.
    private static let life: Int64 = 86_400_000

    /// The job that tells of another one's end; `nil`: nobody wants to be told, or nobody can be.
    static func webhook(for job: Job, _ answer: Answer, now: Int64) -> Job? {
        guard case .s3Multipart(let multipart) = job.kind, !multipart.webhook.isEmpty, let event = answer.event,
            answer.failure?.field != "webhook", let body = try? event.structured
        else { return nil }
        var webhook = WebhookJob()
        webhook.url = multipart.webhook
        webhook.id = event.id
        webhook.body = body
        var told = Job()
        told.version = 1
        told.jobID = job.jobID
        told.tenant = job.tenant
        told.caller = job.caller
        told.signingTimeMs = now
        told.deadlineMs = now.addingReportingOverflow(life).partialValue
        // Its events are others than the job's.
        told.hop = job.hop &+ 1
        told.webhook = webhook
        return told
    }

    /// Sends a webhook, or has it sent again later.
    func send(_ webhook: WebhookJob, _ job: Job, now: Int64) async throws -> Performance {
        guard let webhooks, let multipart else {
            throw FailureError(.unsupported, message: "this worker sends no webhooks")
        }
        let url = try webhooks.check(webhook.url)
        let reason: String
        if let place = multipart.s3.shares.enter(url.origin, now: .now) {
            defer { multipart.s3.shares.leave(place) }
            switch try await webhooks.send(webhook, to: url, now: now) {
            case .taken: return .finished
            case .gone:
                throw FailureError(.webhookFailed, field: "webhook", message: "\(url.origin) answered 410: it is gone")
            case .failed(let why): reason = why
            }
        } else {
            reason = "\(url.origin) is slow"
        }
        let delays = multipart.s3.delays
        guard let delay = delays.dropFirst(Int(webhook.attempts)).first ?? delays.last,
            now.addingReportingOverflow(Int64(delay)).partialValue < job.deadlineMs
        else {
            throw FailureError(
                .webhookFailed,
                field: "webhook",
                message: "\(reason), \(webhook.attempts &+ 1) times; replay it from the dead letters"
            )
        }
        var next = job
        next.hop &+= 1
        next.webhook.attempts &+= 1
        return .hop(Hop(job: next, delay: delay, progress: nil, event: nil))
    }
}
