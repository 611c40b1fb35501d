// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
internal import Logging
internal import Synchronization

/// A Kafka cluster in this process, for development and tests: librdkafka's mock cluster, real TCP on 127.0.0.1.
///
/// Groups, commits, all codecs, usable by other processes. What it does not do: it keeps at most 5 MiB a partition and
/// drops the oldest beyond that without a word, does not de-duplicate retried writes, refuses commits while a group
/// rebalances (so what was stored since the last commit is read again), and has no admin requests, compaction, size
/// limits or faithful transactions. Keep less than 3 MiB unread a partition.
///
/// `@unchecked Sendable`: the mock cluster serialises its calls itself; `close` frees it once.
public final class EmbeddedBroker: @unchecked Sendable {
    private let client: NativeClient
    private let cluster: Mutex<UncheckedPointer?>
    /// Brokers that are down, with their ports; `nil`: a port that somebody else was quicker to take.
    private let down = Mutex<[Int32: ReservedPort?]>([:])
    /// `127.0.0.1:PORT`, comma-separated if there are several brokers.
    public let bootstrapServers: String

    /// The pointer within the lock, so that nothing uses it after `close`.
    private struct UncheckedPointer: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// Settings that make clients quick on this broker: it answers an empty fetch only after `fetch.wait.max.ms`.
    public static let recommendedClientSettings = KafkaConfiguration([
        "fetch.wait.max.ms": "2", "session.timeout.ms": "6000", "partition.assignment.strategy": "range",
    ])

    /// The same for producers.
    public static let recommendedProducerSettings = KafkaConfiguration(["linger.ms": "2"])

    /// - Parameters:
    ///   - topics: Made at once; topics that are only used appear with 4 partitions.
    ///   - brokers: How many brokers, each on a port of its own.
    public init(topics: [(name: String, partitions: Int)] = [], brokers: Int = 1) throws(KafkaError) {
        guard (1...100).contains(brokers) else {
            throw KafkaError(code: .invalidArgument, message: "\(brokers) embedded brokers: 1 to 100 are possible")
        }
        client = try NativeClient(
            RD_KAFKA_PRODUCER,
            configuration: KafkaConfiguration(["client.id": "signet-embedded-broker"]),
            context: CallbackContext(logger: Logger(label: "signet.broker", factory: { _ in SwiftLogNoOpLogHandler() }))
        )
        guard let pointer = rd_kafka_mock_cluster_new(client.handle, Int32(clamping: brokers)) else {
            throw KafkaError(code: .state, message: "the embedded broker could not open a port on 127.0.0.1")
        }
        cluster = Mutex(UncheckedPointer(pointer: pointer))
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(pointer))
        for topic in topics { try createTopic(topic.name, partitions: topic.partitions) }
    }

    deinit {
        close()
    }

    /// Ends the broker: clients see it go.
    public func close() {
        let pointer = cluster.withLock { cluster in
            defer { cluster = nil }
            return cluster
        }
        if let pointer { rd_kafka_mock_cluster_destroy(pointer.pointer) }
    }

    /// Makes a topic with 1 to 10,000 partitions.
    public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        // The library asserts instead of answering.
        guard !name.isEmpty, (1...10_000).contains(partitions) else {
            throw KafkaError(
                code: .invalidArgument,
                message: "topic \"\(name)\" with \(partitions) partitions: name it and give it 1 to 10,000"
            )
        }
        try call("creating topic \(name)") { rd_kafka_mock_topic_create($0, name, Int32(clamping: partitions), 1) }
    }

    // MARK: Faults

    /// Answers the next requests of a kind with these errors, one each.
    ///
    /// A write that fails must have none of the same producer and partition behind it: a broker would refuse that one for
    /// its sequence number, this one takes it unless it is transactional, and an idempotent producer concludes that the
    /// one before was written, and tells so. ``KafkaError/Code/transport`` closes the connection instead of answering:
    /// all that was sent on it is sent again, in its order.
    ///
    /// - Parameter request: The protocol's number of the request, e.g. 0 produce, 1 fetch, 8 offset commit.
    public func failNext(_ request: Int16, with errors: [KafkaError.Code]) throws(KafkaError) {
        try call("pushing errors") { cluster in
            let codes = errors.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
            codes.withUnsafeBufferPointer {
                rd_kafka_mock_push_request_errors_array(cluster, request, $0.count, $0.baseAddress)
            }
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Closes a broker's connections and refuses new ones; its port stays reserved.
    public func setDown(broker: Int32 = 1) throws(KafkaError) {
        let port = try port(of: broker)
        guard down.withLock({ $0[broker] }) == nil else { return }
        try call("taking broker \(broker) down") { rd_kafka_mock_broker_set_down($0, broker) }
        down.withLock { $0[broker] = .some(ReservedPort(port)) }
    }

    /// Opens a broker that was taken down.
    ///
    /// - Throws: `state` if its port was taken by somebody else meanwhile.
    public func setUp(broker: Int32 = 1) throws(KafkaError) {
        let port = try port(of: broker)
        guard let reserved = down.withLock({ $0[broker] }) else {
            return try call("bringing broker \(broker) up") { _ in RD_KAFKA_RESP_ERR_NO_ERROR }
        }
        guard let reservation = reserved ?? ReservedPort(port) else {
            throw KafkaError(
                code: .state,
                message: "port \(port) of broker \(broker) was taken by another program while the broker was down"
            )
        }
        try call("bringing broker \(broker) up") { rd_kafka_mock_broker_set_up($0, broker) }
        withExtendedLifetime(reservation) {}
        down.withLock { $0[broker] = nil }
    }

    private func port(of broker: Int32) throws(KafkaError) -> UInt16 {
        let servers = bootstrapServers.split(separator: ",")
        let index = Int(broker) - 1
        guard servers.indices.contains(index),
            let port = servers[index].split(separator: ":").last.flatMap({ UInt16($0) })
        else {
            throw KafkaError(
                code: .invalidArgument,
                message: "there is no broker \(broker); they are 1 to \(servers.count)"
            )
        }
        return port
    }

    /// Delays every answer of a broker.
    public func setRoundTrip(_ time: Duration, broker: Int32 = 1) throws(KafkaError) {
        try call("slowing broker \(broker)") { rd_kafka_mock_broker_set_rtt($0, broker, time.milliseconds) }
    }

    /// Answers what concerns a topic with an error; `nil` ends it. What ``failNext(_:with:)`` says of writes holds here too.
    public func setError(_ error: KafkaError.Code?, topic: String) throws(KafkaError) {
        try call("failing topic \(topic)") { cluster in
            rd_kafka_mock_topic_set_error(
                cluster,
                topic,
                rd_kafka_resp_err_t(rawValue: error?.rawValue ?? RD_KAFKA_RESP_ERR_NO_ERROR.rawValue)
            )
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    private func call(
        _ action: String,
        _ body: (OpaquePointer) -> rd_kafka_resp_err_t
    ) throws(KafkaError) {
        let code = cluster.withLock { $0.map { body($0.pointer) } }
        guard let code else { throw KafkaError(code: .destroyed, message: "the embedded broker is closed") }
        try KafkaError.check(code, while: action)
    }
}
