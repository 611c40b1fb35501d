// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// Leads the library's rebalance callback to the poller that runs the poll.
///
/// `@unchecked Sendable`: `handler` is set, called and cleared on the poll thread.
final class RebalanceContext: CallbackContext, @unchecked Sendable {
    var handler: ((rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void)?

    /// The poll thread, within a poll.
    static let rebalance:
        @convention(c) (
            OpaquePointer?, rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
            UnsafeMutableRawPointer?
        ) -> Void = { _, code, partitions, opaque in
            guard let partitions, let opaque else { return }
            let context = Unmanaged<RebalanceContext>.fromOpaque(opaque).takeUnretainedValue()
            context.handler?(code, partitions)
        }
}
