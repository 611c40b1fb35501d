// SPDX-License-Identifier: Apache-2.0

internal import Metrics
internal import Synchronization

/// What the gateway counts and times, under OpenTelemetry's names where there is one; labels are bounded.
package final class GatewayMetrics: Sendable {
    private let waitingRequests = Gauge(label: "signet.gateway.requests.waiting")
    private let openJobs = Gauge(label: "signet.gateway.jobs.open")
    private let foreignReplies = Counter(label: "signet.gateway.replies.foreign")
    private let unreadableReplies = Counter(label: "signet.gateway.replies.unreadable")
    private let expiredJobs = Counter(label: "signet.gateway.jobs.expired")
    private let requests = Mutex<[RequestLabels: Timer]>([:])

    /// What requests are told apart by.
    struct RequestLabels: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    package init() {}

    func waiting(_ waiting: Int, open: Int) {
        waitingRequests.record(waiting)
        openJobs.record(open)
    }

    /// A reply to none of our jobs.
    func foreignReply() { foreignReplies.increment() }
    /// A record of the reply topic that is no reply.
    func unreadableReply() { unreadableReplies.increment() }
    func expired() { expiredJobs.increment() }

    func request(_ labels: RequestLabels, took duration: Duration) {
        let timer = requests.withLock { timers in
            if let timer = timers[labels] { return timer }
            let timer = Timer(
                label: "http.server.request.duration",
                dimensions: [
                    ("http.route", labels.route),
                    ("http.request.method", labels.method),
                    ("http.response.status_code", String(labels.status)),
                ],
                preferredDisplayUnit: .seconds
            )
            timers[labels] = timer
            return timer
        }
        let (seconds, attoseconds) = duration.components
        timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
