// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// Owns an `rd_kafka_queue_t`, and with it its client.
///
/// `@unchecked Sendable`: librdkafka's queues are thread-safe; the pointer is destroyed once.
final class NativeQueue: @unchecked Sendable {
    let pointer: OpaquePointer
    private let client: NativeClient

    /// The queue that a consumer's records and rebalances come through.
    init(consumerOf client: NativeClient) throws(KafkaError) {
        guard let pointer = rd_kafka_queue_get_consumer(client.handle) else {
            throw KafkaError(code: .state, message: "the consumer has no queue")
        }
        self.pointer = pointer
        self.client = client
    }

    deinit {
        rd_kafka_queue_destroy(pointer)
    }

    /// Ends a poll of this queue at once.
    func yield() {
        rd_kafka_queue_yield(pointer)
    }

    /// Commits stored offsets and waits for the answer no longer than `timeout`.
    func commitStored(of client: NativeClient, timeout: Duration) -> rd_kafka_resp_err_t {
        guard let answers = rd_kafka_queue_new(client.handle) else { return RD_KAFKA_RESP_ERR__STATE }
        defer { rd_kafka_queue_destroy(answers) }
        let sent = rd_kafka_commit_queue(client.handle, nil, answers, nil, nil)
        guard sent == RD_KAFKA_RESP_ERR_NO_ERROR else { return sent }
        guard let event = rd_kafka_queue_poll(answers, timeout.milliseconds) else {
            return RD_KAFKA_RESP_ERR__TIMED_OUT
        }
        defer { rd_kafka_event_destroy(event) }
        return rd_kafka_event_error(event)
    }
}
