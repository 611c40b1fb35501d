// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// The thread of a client that serves librdkafka's timers.
enum MainLoop {
    /// Before 2.4 the loop waits for the whole milliseconds that are left before the next timer, and spins for the rest
    /// (librdkafka, #4671): 0.5 ms of a core for each of a consumer's three timers a second. A kernel that wakes this
    /// thread up to a millisecond later leaves nothing to spin for. What is queued for the thread wakes it as before.
    static func wakeLateEnough(_ configuration: OpaquePointer) {
        guard KafkaLibrary.versionNumber < 0x0204_00FF else { return }
        rd_kafka_conf_interceptor_add_on_new(configuration, name, isNew, nil)
    }

    private static let name = "signet-main-loop"

    private static let isNew:
        @convention(c) (
            OpaquePointer?, OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, Int
        ) -> rd_kafka_resp_err_t = { handle, _, _, _, _ in
            rd_kafka_interceptor_add_on_thread_start(handle, name, threadStarted, nil)
        }

    /// Runs on the thread that started. A thread has the slack of the one that started it, and the main loop may start those
    /// that write records, which must not linger for longer than they are told: they get the kernel's own, 50 µs.
    private static let threadStarted:
        @convention(c) (
            OpaquePointer?, rd_kafka_thread_type_t, UnsafePointer<CChar>?, UnsafeMutableRawPointer?
        ) -> rd_kafka_resp_err_t = { _, type, _, _ in
            signet_set_timer_slack(type == RD_KAFKA_THREAD_MAIN ? 1_000_000 : 50_000)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
}
