// SPDX-License-Identifier: Apache-2.0

internal import SignetKafka

/// Produces jobs to one topic.
struct JobPublisher: JobSink {
    let producer: KafkaProducer
    let topic: String
    let monitor: BrokerMonitor

    /// Librdkafka's settings for jobs.
    ///
    /// A record is given up after `deliveryTimeout`, for the client of a request waits for it.
    static func settings(deliveryTimeout: Duration) -> KafkaConfiguration {
        KafkaConfiguration(["message.timeout.ms": String(deliveryTimeout.milliseconds)])
    }

    var isReachable: Bool { monitor.isReachable }

    func hasTopic(_ name: String) async -> Bool {
        do throws(KafkaError) {
            _ = try await producer.partitionCount(of: name, timeout: .seconds(2))
            return true
        } catch {
            return error.code != .unknownTopic && error.code != .unknownTopicOrPartition
        }
    }

    func deliver(_ job: OutgoingJob) async -> JobDelivery {
        let batch = producer.makeBatch(minimumCapacity: 1)
        do throws(KafkaError) {
            try batch.append(
                topic: topic,
                key: job.key,
                value: job.value,
                headers: job.headers.map { KafkaHeader(name: $0.name, value: $0.value) }
            )
        } catch {
            return .failed(Self.refusal(of: error))
        }
        let outcome = await batch.delivered()
        guard let failure = outcome.failures.first else {
            monitor.noteDelivery()
            return .confirmed(at: RecordPlace(outcome.position(of: 0)))
        }
        return failure.status == .unknown ? .unknown : .failed(Self.refusal(of: failure.error))
    }

    private static func refusal(of error: KafkaError) -> JobRefusal {
        switch error.code {
        case .messageTooLarge: .tooLarge
        case .queueFull: .overloaded
        default: error.isRetriable ? .unavailable : .refused(error.code.name)
        }
    }
}
