// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
public import Logging

/// Makes topics. The embedded broker has no admin requests: it is given its topics directly.
public final class KafkaAdmin: Sendable {
    /// A topic to make.
    public struct Topic: Sendable, Hashable {
        /// The topic's name.
        public let name: String
        /// At least 1.
        public let partitions: Int
        /// −1: the broker's default.
        public let replicationFactor: Int
        /// Topic configuration of Kafka, e.g. `retention.ms`.
        public let configuration: [String: String]

        /// A topic with the broker's defaults where nothing else is said.
        public init(name: String, partitions: Int, replicationFactor: Int = -1, configuration: [String: String] = [:]) {
            self.name = name
            self.partitions = partitions
            self.replicationFactor = replicationFactor
            self.configuration = configuration
        }
    }

    /// What became of a topic.
    public enum Outcome: Sendable {
        /// It was made.
        case created
        /// It was there.
        case existed
        /// It could not be made.
        case failed(KafkaError)
    }

    private let client: NativeClient

    /// - Parameter configuration: Any settings of librdkafka.
    public init(configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        client = try NativeClient(
            RD_KAFKA_PRODUCER,
            configuration: configuration,
            context: CallbackContext(logger: logger)
        )
    }

    /// Makes topics that do not exist yet.
    ///
    /// - Returns: An outcome for each topic by name.
    /// - Throws: If the request as a whole got no answer.
    public func createTopics(
        _ topics: [Topic],
        timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [String: Outcome] {
        let client = client
        return try await DedicatedThread.ask { Self.create(topics, client, timeout) }
    }

    private static func create(
        _ topics: [Topic],
        _ client: NativeClient,
        _ timeout: Duration
    ) -> Result<[String: Outcome], KafkaError> {
        var natives: [OpaquePointer?] = []
        defer { for native in natives { rd_kafka_NewTopic_destroy(native) } }
        for topic in topics {
            let (native, reason) = withErrorText {
                rd_kafka_NewTopic_new(
                    topic.name,
                    Int32(clamping: topic.partitions),
                    Int32(clamping: topic.replicationFactor),
                    $0,
                    $1
                )
            }
            guard let native else {
                return .failure(KafkaError(code: .invalidArgument, message: "topic \(topic.name): \(reason)"))
            }
            natives.append(native)
            for (key, value) in topic.configuration { rd_kafka_NewTopic_set_config(native, key, value) }
        }
        guard let queue = rd_kafka_queue_new(client.handle) else {
            return .failure(KafkaError(code: .state, message: "no queue for the answer"))
        }
        defer { rd_kafka_queue_destroy(queue) }
        let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        _ = withErrorText { rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, $0, $1) }
        rd_kafka_CreateTopics(client.handle, &natives, natives.count, options, queue)
        guard let event = rd_kafka_queue_poll(queue, (timeout + .seconds(5)).milliseconds) else {
            return .failure(KafkaError(code: .timedOut, message: "the broker did not answer the request for topics"))
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let result = rd_kafka_event_CreateTopics_result(event) else {
            return .failure(KafkaError(code, while: "creating topics"))
        }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(result, &count)
        var outcomes: [String: Outcome] = [:]
        for index in 0..<count {
            guard let topic = results?[index] else { continue }
            let code = rd_kafka_topic_result_error(topic)
            let name = String(cString: rd_kafka_topic_result_name(topic))
            outcomes[name] =
                switch code {
                case RD_KAFKA_RESP_ERR_NO_ERROR: .created
                case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .existed
                default: .failed(KafkaError(code, while: "creating topic \(name)"))
                }
        }
        return .success(outcomes)
    }
}
