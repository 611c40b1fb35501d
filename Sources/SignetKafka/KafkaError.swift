// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// What went wrong in Kafka or in librdkafka, and what the caller may do about it.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// An error code of Kafka's protocol (positive) or of librdkafka itself (negative).
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The number in Kafka's protocol or in rdkafka.h.
        public let rawValue: Int32

        /// Any number; the named ones are below.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        init(_ code: rd_kafka_resp_err_t) {
            rawValue = code.rawValue
        }

        /// librdkafka's name for the code, e.g. `_QUEUE_FULL`, `UNKNOWN_TOPIC_OR_PART`: bounded, so fit for metrics.
        public var name: String {
            String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(rawValue: rawValue)))
        }

        /// The name.
        public var description: String { name }

        /// The local queue of the producer is full: wait for capacity, then append again.
        public static let queueFull = Code(RD_KAFKA_RESP_ERR__QUEUE_FULL)
        /// The record never left because the producer was shut down.
        public static let purgedQueue = Code(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
        /// The record was on its way when the producer was shut down: it may have arrived.
        public static let purgedInFlight = Code(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        /// The client was closed.
        public static let destroyed = Code(RD_KAFKA_RESP_ERR__DESTROY)
        /// The record was not delivered within `message.timeout.ms`.
        public static let messageTimedOut = Code(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
        /// The record is larger than `message.max.bytes`.
        public static let messageTooLarge = Code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        /// No answer in time.
        public static let timedOut = Code(RD_KAFKA_RESP_ERR__TIMED_OUT)
        /// A setting or an argument is not valid.
        public static let invalidArgument = Code(RD_KAFKA_RESP_ERR__INVALID_ARG)
        /// The call does not fit the client's state, e.g. an offset of a partition that was lost.
        public static let state = Code(RD_KAFKA_RESP_ERR__STATE)
        /// The topic does not exist (as the client found out).
        public static let unknownTopic = Code(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        /// The topic, or the partition, does not exist (as the broker answered).
        public static let unknownTopicOrPartition = Code(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        /// The partition does not exist.
        public static let unknownPartition = Code(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
        /// The topic exists already.
        public static let topicAlreadyExists = Code(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        /// The connection to a broker was lost.
        public static let transport = Code(RD_KAFKA_RESP_ERR__TRANSPORT)
        /// No broker can be reached.
        public static let allBrokersDown = Code(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    }

    /// What the caller branches on.
    public let code: Code
    /// What happened and what to do about it. Never holds a setting's secret value or a record's bytes.
    public let message: String
    /// The same call may succeed later.
    public let isRetriable: Bool
    /// The client cannot go on: close it and make a new one.
    public let isFatal: Bool
    /// The current transaction must be aborted.
    public let requiresAbort: Bool

    /// An error that no call to the library gave.
    public init(
        code: Code,
        message: String,
        isRetriable: Bool = false,
        isFatal: Bool = false,
        requiresAbort: Bool = false
    ) {
        self.code = code
        self.message = message
        self.isRetriable = isRetriable
        self.isFatal = isFatal
        self.requiresAbort = requiresAbort
    }

    /// The code's name and the message.
    public var description: String { "\(code.name): \(message)" }
}

extension KafkaError {
    /// The error of a call that answers with a bare code.
    init(_ code: rd_kafka_resp_err_t, while action: String) {
        self.init(
            code: Code(code),
            message: "\(action): \(String(cString: rd_kafka_err2str(code)))",
            isRetriable: Self.retriable.contains(code.rawValue),
            isFatal: code == RD_KAFKA_RESP_ERR__FATAL
        )
    }

    /// Takes over an error object: reads all of it, then destroys it.
    init(takingOwnershipOf error: OpaquePointer, while action: String) {
        defer { rd_kafka_error_destroy(error) }
        self.init(
            code: Code(rd_kafka_error_code(error)),
            message: "\(action): \(String(cString: rd_kafka_error_string(error)))",
            isRetriable: rd_kafka_error_is_retriable(error) != 0,
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0
        )
    }

    /// Throws unless the code means success.
    static func check(_ code: rd_kafka_resp_err_t, while action: @autoclosure () -> String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, while: action()) }
    }

    /// Codes that a later call may not meet again (Kafka protocol guide, "Error codes", column Retriable).
    private static let retriable: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT,
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__WAIT_COORD,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
        ].map(\.rawValue)
    )
}

extension KafkaError {
    /// The same error with a text that says more.
    func saying(_ text: String) -> KafkaError {
        KafkaError(code: code, message: text, isRetriable: isRetriable, isFatal: isFatal, requiresAbort: requiresAbort)
    }
}
