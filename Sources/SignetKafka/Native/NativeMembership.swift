// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// Owns an `rd_kafka_consumer_group_metadata_t`: who a consumer is in its group, and in which generation.
///
/// `@unchecked Sendable`: never changed, and destroyed once.
final class NativeMembership: @unchecked Sendable {
    let pointer: OpaquePointer

    init(of client: NativeClient) throws(KafkaError) {
        guard let pointer = rd_kafka_consumer_group_metadata(client.handle) else {
            throw KafkaError(code: .state, message: "the consumer is in no group")
        }
        self.pointer = pointer
    }

    deinit {
        rd_kafka_consumer_group_metadata_destroy(pointer)
    }
}
