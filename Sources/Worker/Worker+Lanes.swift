// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import CoreMetrics
internal import Logging
internal import SignetKafka

/// The lanes that a worker's jobs come by, and the clients of each.
extension Worker {
    static func consumer(
        _ lane: String,
        of group: String,
        _ configuration: WorkerConfiguration,
        _ factory: any MetricsFactory,
        _ logger: Logger
    ) throws(KafkaError) -> KafkaConsumer {
        try KafkaConsumer(
            configuration: consumerSettings(of: group, configuration),
            metrics: KafkaMetrics(client: "worker.\(lane)", factory: factory),
            logger: logger
        )
    }

    private static func consumerSettings(
        of group: String,
        _ configuration: WorkerConfiguration
    ) -> KafkaConfiguration {
        var settings = configuration.kafka
        settings["group.id"] = group
        // Offsets go with the events of their jobs.
        if configuration.eventDelivery == .exactlyOnce { settings["enable.auto.commit"] = "false" }
        return settings
    }

    /// Its records ask S3, each on its own, many at the same time.
    static func consumerOfMultipart(
        _ configuration: WorkerConfiguration,
        _ factory: any MetricsFactory,
        _ logger: Logger
    ) throws(KafkaError) -> KafkaConsumer {
        try KafkaConsumer(
            configuration: consumerSettings(of: configuration.multipartGroup, configuration),
            options: KafkaConsumerOptions(maximumBatchRecords: 1, maximumOutstandingBatches: multipartInFlight),
            metrics: KafkaMetrics(client: "worker.multipart", factory: factory),
            logger: logger
        )
    }

    /// Its records wait in the worker, one by one, until they are due; few come, and nobody hurries.
    static func consumerOfLaterRounds(
        _ configuration: WorkerConfiguration,
        _ factory: any MetricsFactory,
        _ logger: Logger
    ) throws(KafkaError) -> KafkaConsumer? {
        if configuration.topics.retryDelays.isEmpty { return nil }
        var settings = consumerSettings(of: configuration.retryGroup, configuration)
        settings["fetch.wait.max.ms"] = "500"
        settings["queued.min.messages"] = "1000"
        settings["queued.max.messages.kbytes"] = "16384"
        return try KafkaConsumer(
            configuration: settings,
            options: KafkaConsumerOptions(maximumBatchRecords: 1, maximumOutstandingBatches: 1_000),
            metrics: KafkaMetrics(client: "worker.retry", factory: factory),
            logger: logger
        )
    }

    static func lanes(
        _ configuration: WorkerConfiguration,
        signing: (consumer: KafkaConsumer, producer: KafkaProducer),
        bulk: (consumer: KafkaConsumer, producer: KafkaProducer),
        multipart: (consumer: KafkaConsumer, producer: KafkaProducer),
        laterRounds: KafkaConsumer?,
        _ metrics: WorkerMetrics,
        _ factory: any MetricsFactory,
        _ logger: Logger
    ) throws -> [WorkerPool.Lane] {
        var lanes = [
            WorkerPool.Lane(
                name: "signing",
                kind: .interactive,
                group: configuration.signingGroup,
                consumer: signing.consumer,
                producer: signing.producer
            ),
            WorkerPool.Lane(
                name: "bulk",
                kind: .bulk,
                group: configuration.bulkGroup,
                consumer: bulk.consumer,
                producer: bulk.producer
            ),
            WorkerPool.Lane(
                name: "multipart",
                kind: .interactive,
                group: configuration.multipartGroup,
                consumer: multipart.consumer,
                producer: multipart.producer,
                asksS3: true
            ),
        ]
        if let laterRounds {
            lanes.append(
                WorkerPool.Lane(
                    name: "retry",
                    kind: .bulk,
                    group: configuration.retryGroup,
                    consumer: laterRounds,
                    producer: bulk.producer,
                    isOfLaterRounds: true
                )
            )
        }
        guard configuration.eventDelivery == .exactlyOnce else { return lanes }
        guard let member = configuration.kafka["group.instance.id"], !member.isEmpty else {
            throw WorkerError(
                .invalidConfiguration,
                message:
                    "worker.eventDelivery=exactly-once needs kafka.group.instance.id: a name of this worker that it "
                    + "keeps over restarts and no other one has"
            )
        }
        for index in lanes.indices {
            let (lane, kafka) = (lanes[index], configuration.kafka)
            lanes[index].transactions = EventTransactions(
                consumer: lane.consumer,
                topic: configuration.topics.metrics,
                metrics: metrics,
                logger: logger
            ) { () throws(KafkaError) in
                try KafkaTransactionalProducer(
                    transactionalID: "\(lane.group).\(member)",
                    configuration: kafka,
                    maximumInFlightBytes: bulkBytesInFlight,
                    metrics: KafkaMetrics(client: "worker.\(lane.name).transactions", factory: factory),
                    logger: logger
                )
            }
        }
        return lanes
    }
}
