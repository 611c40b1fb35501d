// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import ServiceLifecycle
internal import SignetKafka
internal import Synchronization

/// Knows whether a broker answers, so that requests fail fast while none does.
///
/// Asks every few seconds; a confirmed delivery is as good as an answer.
final class BrokerMonitor: Service {
    private struct State {
        var isReachable = false
        var lastDelivery: ContinuousClock.Instant?
    }

    private let producer: KafkaProducer
    /// Asked for at first, so that their absence is found at the start, and the first request to each does not wait for
    /// what the producer needs to know of it.
    private let topics: [String]
    private let interval: Duration
    private let logger: Logger
    private let state = Mutex(State())
    /// Known once a broker has answered for the first time.
    let reached = OneShot<Void>()

    init(producer: KafkaProducer, topics: [String], interval: Duration = .seconds(2), logger: Logger) {
        self.producer = producer
        self.topics = topics
        self.interval = interval
        self.logger = logger
    }

    var isReachable: Bool { state.withLock { $0.isReachable } }

    /// A broker has confirmed a record.
    func noteDelivery() {
        state.withLock { state in
            state.isReachable = true
            state.lastDelivery = .now
        }
        reached.resolve(.success(()))
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            var hasLookedForTopics = false
            while !Task.isCancelled {
                let start = ContinuousClock.now
                do throws(KafkaError) {
                    try await producer.probe(timeout: interval)
                    note(.success(()), since: start)
                    if !hasLookedForTopics {
                        hasLookedForTopics = true
                        for topic in topics { await look(for: topic) }
                    }
                } catch {
                    note(.failure(error), since: start)
                }
                try await Task.sleep(for: isReachable ? interval : min(interval, .milliseconds(250)))
            }
        }
    }

    private func note(_ answer: Result<Void, KafkaError>, since start: ContinuousClock.Instant) {
        let (was, now) = state.withLock { state in
            let was = state.isReachable
            switch answer {
            case .success: state.isReachable = true
            // A question may be lost where records pass.
            case .failure: state.isReachable = state.lastDelivery.map { $0 > start } ?? false
            }
            return (was, state.isReachable)
        }
        if now { reached.resolve(.success(())) }
        if case .failure(let error) = answer, was, !now {
            logger.warning("Kafka does not answer; requests are refused", metadata: ["error": "\(error)"])
        } else if !was, now {
            logger.info("Kafka answers")
        }
    }

    /// Tells an operator of a missing topic once; each request would learn it as a failed delivery.
    private func look(for topic: String) async {
        do throws(KafkaError) {
            _ = try await producer.partitionCount(of: topic, timeout: interval)
        } catch {
            logger.warning(
                "Jobs topic not found; run `signet topics create`",
                metadata: ["topic": "\(topic)", "error": "\(error)"]
            )
        }
    }
}
