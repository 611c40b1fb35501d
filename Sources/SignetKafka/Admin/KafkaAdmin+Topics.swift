// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

extension KafkaAdmin {
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

    /// A topic as the cluster has it.
    public struct TopicDescription: Sendable, Hashable {
        /// Replicas of one partition by their brokers' numbers.
        public struct Partition: Sendable, Hashable {
            /// −1: it has none now.
            public let leader: Int32
            /// All that shall hold it.
            public let replicas: [Int32]
            /// Those that hold all of it.
            public let inSyncReplicas: [Int32]
        }

        /// The topic's name.
        public let name: String
        /// In their order.
        public let partitions: [Partition]
        /// Topic configuration of Kafka, with the broker's defaults. Sensitive values are not told.
        public let configuration: [String: String]
    }

    /// Makes topics that do not exist yet.
    ///
    /// - Returns: An outcome for each topic by name.
    /// - Throws: If the request as a whole got no answer.
    public func createTopics(
        _ topics: [Topic],
        timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [String: Outcome] {
        try await request(
            RD_KAFKA_ADMIN_OP_CREATETOPICS,
            "creating topics",
            timeout: timeout,
            send: { [client] options, queue in
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
                        return KafkaError(code: .invalidArgument, message: "topic \(topic.name): \(reason)")
                    }
                    natives.append(native)
                    for (key, value) in topic.configuration { rd_kafka_NewTopic_set_config(native, key, value) }
                }
                rd_kafka_CreateTopics(client.handle, &natives, natives.count, options, queue)
                return nil
            },
            read: { event in
                var count = 0
                let results = rd_kafka_event_CreateTopics_result(event)
                    .flatMap { rd_kafka_CreateTopics_result_topics($0, &count) }
                return .success(
                    Self.outcomes(results, count) { name, code in
                        switch code {
                        case RD_KAFKA_RESP_ERR_NO_ERROR: .created
                        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .existed
                        default: .failed(KafkaError(code, while: "creating topic \(name)"))
                        }
                    }
                )
            }
        )
    }

    /// Removes topics with all their records.
    ///
    /// - Returns: Why, for each topic by name that could not be removed.
    /// - Throws: If the request as a whole got no answer.
    public func deleteTopics(
        _ names: [String],
        timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [String: KafkaError] {
        try await request(
            RD_KAFKA_ADMIN_OP_DELETETOPICS,
            "deleting topics",
            timeout: timeout,
            send: { [client] options, queue in
                var natives = names.map { rd_kafka_DeleteTopic_new($0) }
                defer { for native in natives { rd_kafka_DeleteTopic_destroy(native) } }
                rd_kafka_DeleteTopics(client.handle, &natives, natives.count, options, queue)
                return nil
            },
            read: { event in
                var count = 0
                let results = rd_kafka_event_DeleteTopics_result(event)
                    .flatMap { rd_kafka_DeleteTopics_result_topics($0, &count) }
                return .success(
                    Self.outcomes(results, count) { name, code in
                        code == RD_KAFKA_RESP_ERR_NO_ERROR
                            ? nil : KafkaError(code, while: "deleting topic \(name)")
                    }
                )
            }
        )
    }

    /// Tells of a topic where its partitions are and how it is configured.
    public func describeTopic(
        _ name: String,
        timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> TopicDescription {
        let partitions = try await client.partitions(of: name, timeout: timeout)
        let configuration = try await configuration(ofTopic: name, timeout: timeout)
        return TopicDescription(name: name, partitions: partitions, configuration: configuration)
    }

    private func configuration(ofTopic name: String, timeout: Duration) async throws(KafkaError) -> [String: String] {
        let action = "asking for the configuration of topic \(name)"
        return try await request(
            RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
            action,
            timeout: timeout,
            send: { [client] options, queue in
                var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
                defer { rd_kafka_ConfigResource_destroy(resource) }
                rd_kafka_DescribeConfigs(client.handle, &resource, 1, options, queue)
                return nil
            },
            read: { event in
                var count = 0
                let resources = rd_kafka_event_DescribeConfigs_result(event)
                    .flatMap { rd_kafka_DescribeConfigs_result_resources($0, &count) }
                guard count > 0, let resource = resources?[0] else { return .success([:]) }
                let code = rd_kafka_ConfigResource_error(resource)
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(code, while: action)) }
                var entryCount = 0
                let entries = rd_kafka_ConfigResource_configs(resource, &entryCount)
                var configuration: [String: String] = [:]
                for index in 0..<entryCount {
                    guard let entry = entries?[index], rd_kafka_ConfigEntry_is_sensitive(entry) == 0,
                        let key = rd_kafka_ConfigEntry_name(entry), let value = rd_kafka_ConfigEntry_value(entry)
                    else { continue }
                    configuration[String(cString: key)] = String(cString: value)
                }
                return .success(configuration)
            }
        )
    }

    private static func outcomes<Result>(
        _ results: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        _ outcome: (String, rd_kafka_resp_err_t) -> Result?
    ) -> [String: Result] {
        var outcomes: [String: Result] = [:]
        for index in 0..<count {
            guard let topic = results?[index] else { continue }
            let name = String(cString: rd_kafka_topic_result_name(topic))
            outcomes[name] = outcome(name, rd_kafka_topic_result_error(topic))
        }
        return outcomes
    }
}
