// SPDX-License-Identifier: Apache-2.0

package import CoreMetrics
internal import Synchronization

/// What the gateway counts and times, under OpenTelemetry's names where there is one; labels are bounded.
package final class GatewayMetrics: Sendable {
    private let waitingRequests: Gauge
    private let openJobs: Gauge
    private let foreignReplies: Counter
    private let unreadableReplies: Counter
    private let expiredJobs: Counter
    private let openBatches: Gauge
    private let signedItems: Counter
    private let failedItems: Counter
    private let factory: any MetricsFactory
    private let requests = Mutex<[RequestLabels: Timer]>([:])

    /// What requests are told apart by.
    struct RequestLabels: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    package init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        waitingRequests = Gauge(label: "signet.gateway.requests.waiting", dimensions: [], factory: factory)
        openJobs = Gauge(label: "signet.gateway.jobs.open", dimensions: [], factory: factory)
        foreignReplies = Counter(label: "signet.gateway.replies.foreign", dimensions: [], factory: factory)
        unreadableReplies = Counter(label: "signet.gateway.replies.unreadable", dimensions: [], factory: factory)
        expiredJobs = Counter(label: "signet.gateway.jobs.expired", dimensions: [], factory: factory)
        openBatches = Gauge(label: "signet.gateway.batches.open", dimensions: [], factory: factory)
        let items = "signet.gateway.batch.items"
        signedItems = Counter(label: items, dimensions: [("outcome", "signed")], factory: factory)
        failedItems = Counter(label: items, dimensions: [("outcome", "failed")], factory: factory)
    }

    func waiting(_ waiting: Int, open: Int) {
        waitingRequests.record(waiting)
        openJobs.record(open)
    }

    /// Batches that are answered now.
    func batches(_ open: Int) { openBatches.record(open) }

    /// Items of batches that were answered.
    func items(signed: Int64, failed: Int64) {
        signedItems.increment(by: signed)
        failedItems.increment(by: failed)
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
                preferredDisplayUnit: .seconds,
                factory: factory
            )
            timers[labels] = timer
            return timer
        }
        let (seconds, attoseconds) = duration.components
        timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
