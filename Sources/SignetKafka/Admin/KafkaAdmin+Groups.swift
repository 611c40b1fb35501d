// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

extension KafkaAdmin {
    /// A consumer group.
    public struct Group: Sendable, Hashable {
        /// A consumer in it.
        public struct Member: Sendable, Hashable {
            /// Its `client.id`.
            public let clientID: String
            /// Its `group.instance.id`; `nil`: it is no static member.
            public let instanceID: String?
            /// Where it connects from.
            public let host: String
            /// What it reads.
            public let partitions: [KafkaTopicPartition]
        }

        /// The group's name.
        public let id: String
        /// Kafka's word for it, e.g. `Stable`, `PreparingRebalance`, `Empty`, `Dead`.
        public let state: String
        /// Those in it now.
        public let members: [Member]
    }

    /// How far a group has come in a partition.
    public struct GroupOffset: Sendable, Hashable {
        /// The next offset that the group reads.
        public let committed: Int64
        /// The next offset to be written.
        public let end: Int64
        /// Records between the two.
        public var lag: Int64 { max(0, end - committed) }
    }

    /// The names of all groups that the cluster knows.
    ///
    /// - Throws: Also if some of the brokers did not answer.
    public func groups(timeout: Duration = .seconds(15)) async throws(KafkaError) -> [String] {
        try await request(
            RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS,
            "listing groups",
            timeout: timeout,
            send: { [client] options, queue in
                rd_kafka_ListConsumerGroups(client.handle, options, queue)
                return nil
            },
            read: { event in
                let result = rd_kafka_event_ListConsumerGroups_result(event)
                var failures = 0
                let errors = rd_kafka_ListConsumerGroups_result_errors(result, &failures)
                if failures > 0, let error = errors?[0] {
                    return .failure(KafkaError(rd_kafka_error_code(error), while: "listing groups"))
                }
                var count = 0
                let listings = rd_kafka_ListConsumerGroups_result_valid(result, &count)
                return .success(
                    (0..<count).compactMap { index in
                        listings?[index].map { String(cString: rd_kafka_ConsumerGroupListing_group_id($0)) }
                    }
                )
            }
        )
    }

    /// Tells of a group who is in it and what each reads. A group that was never there is `Dead`.
    public func describeGroup(_ id: String, timeout: Duration = .seconds(15)) async throws(KafkaError) -> Group {
        let action = "describing group \(id)"
        // A broker that cannot list groups cannot describe them, which librdkafka 2.0.2 waits for beyond its timeout, then
        // fails an assertion.
        _ = try await groups(timeout: timeout)
        return try await request(
            RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
            action,
            timeout: timeout,
            send: { [client] options, queue in
                id.withCString { name in
                    var names: [UnsafePointer<CChar>?] = [name]
                    rd_kafka_DescribeConsumerGroups(client.handle, &names, 1, options, queue)
                }
                return nil
            },
            read: { event in
                var count = 0
                let groups = rd_kafka_event_DescribeConsumerGroups_result(event)
                    .flatMap { rd_kafka_DescribeConsumerGroups_result_groups($0, &count) }
                guard count > 0, let group = groups?[0] else {
                    return .failure(KafkaError(code: .state, message: "\(action): the answer is empty"))
                }
                let code = rd_kafka_error_code(rd_kafka_ConsumerGroupDescription_error(group))
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(code, while: action)) }
                let members = (0..<rd_kafka_ConsumerGroupDescription_member_count(group)).compactMap { index in
                    rd_kafka_ConsumerGroupDescription_member(group, index).map(Self.member)
                }
                let state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group))
                return .success(Group(id: id, state: state.map { String(cString: $0) } ?? "Unknown", members: members))
            }
        )
    }

    private static func member(_ member: OpaquePointer) -> Group.Member {
        let assignment = rd_kafka_MemberDescription_assignment(member)
            .flatMap { rd_kafka_MemberAssignment_partitions($0) }
        return Group.Member(
            clientID: rd_kafka_MemberDescription_client_id(member).map { String(cString: $0) } ?? "",
            instanceID: rd_kafka_MemberDescription_group_instance_id(member).map { String(cString: $0) },
            host: rd_kafka_MemberDescription_host(member).map { String(cString: $0) } ?? "",
            partitions: assignment.map { NativePartitionList.partitions(of: UnsafeMutablePointer(mutating: $0)) } ?? []
        )
    }

    /// How far a group has come in each partition that it has committed.
    public func offsets(
        ofGroup id: String,
        timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [KafkaTopicPartition: GroupOffset] {
        let action = "asking for the offsets of group \(id)"
        let committed: [KafkaTopicPartition: Int64] = try await request(
            RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
            action,
            timeout: timeout,
            send: { [client] options, queue in
                var question = rd_kafka_ListConsumerGroupOffsets_new(id, nil)
                defer { rd_kafka_ListConsumerGroupOffsets_destroy(question) }
                rd_kafka_ListConsumerGroupOffsets(client.handle, &question, 1, options, queue)
                return nil
            },
            read: { event in
                var count = 0
                let groups = rd_kafka_event_ListConsumerGroupOffsets_result(event)
                    .flatMap { rd_kafka_ListConsumerGroupOffsets_result_groups($0, &count) }
                guard count > 0, let group = groups?[0] else { return .success([:]) }
                let code = rd_kafka_group_result_error(group).map { rd_kafka_error_code($0) }
                if let code, code != RD_KAFKA_RESP_ERR_NO_ERROR {
                    return .failure(KafkaError(code, while: action))
                }
                guard let list = rd_kafka_group_result_partitions(group) else { return .success([:]) }
                return NativePartitionList.offsets(of: UnsafeMutablePointer(mutating: list), while: action)
            }
        )
        if committed.isEmpty { return [:] }
        let ends = try await client.ends(of: Array(committed.keys), timeout: timeout)
        return committed.reduce(into: [:]) { offsets, entry in
            offsets[entry.key] = GroupOffset(committed: entry.value, end: ends[entry.key] ?? entry.value)
        }
    }
}
