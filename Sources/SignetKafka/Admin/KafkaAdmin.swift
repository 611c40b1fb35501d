// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
public import Logging

/// Asks a cluster for what its operators may: topics, groups, the deletion of records.
///
/// The embedded broker knows no such requests: it is given its topics directly.
public final class KafkaAdmin: Sendable {
    let client: NativeClient

    /// - Parameter configuration: Any settings of librdkafka.
    public init(configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        client = try NativeClient(
            RD_KAFKA_PRODUCER,
            configuration: configuration,
            context: CallbackContext(logger: logger)
        )
    }

    /// Sends a request from a thread of its own and reads its answer there.
    ///
    /// - Parameters:
    ///   - action: What is done, for errors.
    ///   - send: Sends it with these options, so that it is answered on this queue.
    ///   - read: Reads the event of the answer, which ends afterwards.
    func request<Answer: Sendable>(
        _ operation: rd_kafka_admin_op_t,
        _ action: String,
        timeout: Duration,
        send: @escaping @Sendable (_ options: OpaquePointer, _ queue: OpaquePointer) -> KafkaError?,
        read: @escaping @Sendable (_ event: OpaquePointer) -> Result<Answer, KafkaError>
    ) async throws(KafkaError) -> Answer {
        let client = client
        return try await DedicatedThread.ask {
            guard
                let queue = rd_kafka_queue_new(client.handle),
                let options = rd_kafka_AdminOptions_new(client.handle, operation)
            else { return .failure(KafkaError(code: .state, message: "\(action): no queue for the answer")) }
            defer {
                rd_kafka_AdminOptions_destroy(options)
                rd_kafka_queue_destroy(queue)
            }
            _ = withErrorText { rd_kafka_AdminOptions_set_request_timeout(options, timeout.milliseconds, $0, $1) }
            if let failure = send(options, queue) { return .failure(failure) }
            guard let event = rd_kafka_queue_poll(queue, (timeout + .seconds(5)).milliseconds) else {
                return .failure(
                    KafkaError(code: .timedOut, message: "\(action): the broker did not answer", isRetriable: true)
                )
            }
            defer { rd_kafka_event_destroy(event) }
            let code = rd_kafka_event_error(event)
            let answer =
                code == RD_KAFKA_RESP_ERR_NO_ERROR ? read(event) : .failure(KafkaError(code, while: action))
            // It stands in the event, or in the event's parts.
            return answer.mapError { error in
                guard error.code.rawValue == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE.rawValue else { return error }
                return error.saying("\(action): this broker has no such request, as embedded and very old ones do not")
            }
        }
    }
}
