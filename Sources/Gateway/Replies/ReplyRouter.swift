// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import ServiceLifecycle
internal import SignetKafka
internal import SwiftProtobuf

/// Reads this gateway's partition of the reply topic and brings each reply to whoever waits for it.
///
/// The partition is assigned, without a group; reading begins at its end as it is at the start, and the gateway is
/// ready only once that is known. Another gateway may share the partition: its replies are counted and passed over.
final class ReplyRouter: Service {
    private let consumer: KafkaConsumer
    /// How long ago replies were last looked for.
    var pollAge: Duration? { consumer.pollAge }
    private let topic: String
    private let configuredPartition: Int32?
    private let instanceID: String
    private let room: WaitingRoom
    private let batches: BatchRegistry
    private let states: JobStates
    private let metrics: GatewayMetrics
    private let logger: Logger

    /// Librdkafka's settings for replies.
    ///
    /// Without a position to go on from, an error tells, and the position is resolved anew: skipping silently would
    /// look like replies that never came.
    static let settings = KafkaConfiguration(["auto.offset.reset": "error"])

    init(
        consumer: KafkaConsumer,
        configuration: GatewayConfiguration,
        room: WaitingRoom,
        batches: BatchRegistry,
        states: JobStates,
        metrics: GatewayMetrics,
        logger: Logger
    ) {
        self.consumer = consumer
        topic = configuration.topics.replies
        configuredPartition = configuration.replyPartition
        instanceID = configuration.instanceID
        self.room = room
        self.batches = batches
        self.states = states
        self.metrics = metrics
        self.logger = logger
    }

    func run() async throws {
        // The position is resolved at the start and each time it is lost; several requests at once are as good as one.
        let (positionWanted, wantPosition) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wantPosition.yield()
        defer { room.replyAddress = nil }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.consumer.run() }
            group.addTask { await self.read(onLostPosition: { wantPosition.yield() }) }
            group.addTask { for await _ in positionWanted { try await self.position() } }
            group.addTask { await self.expire() }
            group.addTask { await self.room.settleLateReplies(in: self.states) }
            // The consumer ends on graceful shutdown or by an error, the events with it; the rest only by an error.
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func read(onLostPosition: () -> Void) async {
        for await event in consumer.events {
            switch event {
            case .records(let batch): batch.forEach { handle($0) }
            case .failed(let error) where Self.hasLostPosition(error):
                room.replyAddress = nil
                onLostPosition()
            case .failed(let error):
                logger.debug("Reading replies met an error", metadata: ["error": "\(error)"])
            case .lost(_, let offsets):
                logger.error("Replies were deleted before they were read", metadata: ["count": "\(offsets.count)"])
            case .hole(_, let offsets):
                logger.debug("Offsets without replies", metadata: ["offsets": "\(offsets)"])
            case .assigned, .revoking: break
            }
        }
    }

    // MARK: Replies

    private func handle(_ record: borrowing KafkaRecord) {
        guard let header = record.header(HeaderNames.correlationID) ?? nil, let id = CorrelationID(header) else {
            return metrics.foreignReply()
        }
        // Others' replies are not even decoded.
        let isOfBatch = batches.expects(id)
        guard isOfBatch || room.expects(id) else { return metrics.foreignReply() }
        guard let value = record.value else { return metrics.unreadableReply() }
        do {
            let contentType = record.header(HeaderNames.contentType) ?? nil
            guard let format = WireFormat(contentType: contentType, value: value) else {
                return metrics.unreadableReply()
            }
            if isOfBatch { return try batches.reply(to: id, value) }
            var warnings: [String] = []
            room.reply(to: id, try format.decode(Reply.self, from: value, warnings: &warnings))
        } catch {
            metrics.unreadableReply()
            logger.debug("Unreadable reply", metadata: ["offset": "\(record.offset)", "error": "\(error)"])
        }
    }

    // MARK: Position

    /// Resolves partition and position and begins to read there; tries until it works or the gateway stops.
    private func position() async throws {
        var delay = Duration.milliseconds(100)
        var told: KafkaError.Code?
        while !Task.isCancelled {
            do {
                let count = try await consumer.partitionCount(of: topic)
                let partition = try choosePartition(of: count)
                let place = KafkaTopicPartition(topic: topic, partition: partition)
                let end = try await consumer.watermarks(of: place).high
                try await consumer.assign([place: .at(end)])
                room.replyAddress = ReplyAddress(topic: topic, partition: partition)
                logger.info("Reading replies", metadata: ["partition": "\(place)", "offset": "\(end)"])
                return
            } catch let error as KafkaError {
                if error.code == .destroyed { return }
                if error.code != told {
                    logger.warning(
                        "Reply position not resolved; will try again",
                        metadata: ["topic": "\(topic)", "error": "\(error)"]
                    )
                    told = error.code
                }
            }
            // Ends early when the gateway stops.
            try? await Task.sleep(for: delay)
            delay = min(delay * 2, .seconds(2))
        }
    }

    private func choosePartition(of count: Int) throws(GatewayError) -> Int32 {
        guard let configuredPartition else { return ReplyPartition.of(instance: instanceID, count: count) }
        guard configuredPartition < count else {
            throw GatewayError(
                .missingTopic,
                message:
                    "gateway.replyPartition \(configuredPartition) does not exist: \(topic) has \(count) partitions"
            )
        }
        return configuredPartition
    }

    /// `_AUTO_OFFSET_RESET`: the broker no longer has the offset that was to be read.
    private static func hasLostPosition(_ error: KafkaError) -> Bool { error.code.rawValue == -140 }

    // MARK: Deadlines

    private func expire() async {
        while !Task.isCancelled {
            room.expire()
            try? await Task.sleep(for: .seconds(1))
        }
    }
}
