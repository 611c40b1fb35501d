// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
internal import Logging
package import Synchronization

/// Owns an `rd_kafka_t` and what its callbacks refer to.
///
/// `@unchecked Sendable`: librdkafka's handle is thread-safe by contract; it is destroyed once, in `deinit`, which runs
/// when the last holder (client, batch of records, queue) is gone, so nothing of it is in use any more.
package final class NativeClient: @unchecked Sendable {
    let handle: OpaquePointer
    private let context: CallbackContext
    /// Nobody serves the client's queue any more.
    var isClosed: Bool { context.isClosed.load(ordering: .sequentiallyConsistent) }

    /// Handles alive in this process: 0 again when all clients are gone.
    package static let alive = Atomic<Int>(0)

    init(
        _ kind: rd_kafka_type_t,
        configuration: KafkaConfiguration,
        context: CallbackContext,
        prepare: (OpaquePointer) -> Void = { _ in }
    ) throws(KafkaError) {
        let native = try NativeConfiguration(configuration)
        let usesTokens = configuration.usesTokens
        native.withPointer { pointer in
            // Not retained: `self` holds the context for as long as the handle lives.
            rd_kafka_conf_set_opaque(pointer, Unmanaged.passUnretained(context).toOpaque())
            rd_kafka_conf_set_log_cb(pointer, CallbackContext.log)
            rd_kafka_conf_set_error_cb(pointer, CallbackContext.error)
            if context.metrics != nil { rd_kafka_conf_set_stats_cb(pointer, CallbackContext.statistics) }
            if usesTokens { rd_kafka_conf_enable_sasl_queue(pointer, 1) }
            MainLoop.wakeLateEnough(pointer)
            prepare(pointer)
        }
        handle = try native.makeClient(kind)
        self.context = context
        // Tokens are refreshed by the library's own thread: a client that asks for metadata alone polls nothing.
        if usesTokens, let failure = rd_kafka_sasl_background_callbacks_enable(handle) {
            context.logger.error(
                "Tokens will not be refreshed",
                metadata: ["error": "\(KafkaError(takingOwnershipOf: failure, while: "enabling SASL callbacks"))"]
            )
        }
        Self.alive.add(1, ordering: .relaxed)
    }

    deinit {
        // Destroying joins the library's threads: not on a thread of the cooperative pool.
        let owner = Destroyer(handle: handle, context: context)
        DedicatedThread.start { owner.destroy() }
    }

    /// `@unchecked Sendable`: moves the handle to the one thread that destroys it.
    private struct Destroyer: @unchecked Sendable {
        let handle: OpaquePointer
        let context: CallbackContext

        func destroy() {
            rd_kafka_destroy(handle)
            withExtendedLifetime(context) {}
            NativeClient.alive.subtract(1, ordering: .relaxed)
        }
    }

    /// The error that ended the client, if one did.
    var fatalError: KafkaError? { context.fatal.withLock { $0 } }

    /// Gives up on every record that was not acknowledged; each is reported, so that no batch waits for ever.
    func purge() {
        while rd_kafka_outq_len(handle) > 0 {
            rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            rd_kafka_poll(handle, 10)
        }
    }

    // MARK: Questions to the cluster

    /// Notes that nobody serves the client any more.
    func markClosed() {
        context.isClosed.store(true, ordering: .sequentiallyConsistent)
    }

    /// Asks any broker for the cluster's brokers; throws if none answers in time.
    func probe(timeout: Duration) async throws(KafkaError) {
        try await DedicatedThread.ask { [self] () -> Result<Void, KafkaError> in
            var metadata: UnsafePointer<rd_kafka_metadata_t>?
            let code = rd_kafka_metadata(handle, 0, nil, &metadata, timeout.milliseconds)
            if let metadata { rd_kafka_metadata_destroy(metadata) }
            return code == RD_KAFKA_RESP_ERR_NO_ERROR
                ? .success(()) : .failure(KafkaError(code, while: "reaching a broker"))
        }
    }
}

/// What librdkafka's callbacks reach through the client's opaque pointer.
class CallbackContext: @unchecked Sendable {
    // `@unchecked Sendable`: subclasses add only what the poll thread alone touches; the rest is a lock and constants.
    let logger: Logger
    let fatal = Mutex<KafkaError?>(nil)
    let isClosed = Atomic<Bool>(false)
    let metrics: KafkaMetrics?

    init(logger: Logger, metrics: KafkaMetrics? = nil) {
        self.logger = logger
        self.metrics = metrics
    }

    /// The context of a handle.
    static func of(_ handle: OpaquePointer?) -> CallbackContext? {
        guard let handle, let opaque = rd_kafka_opaque(handle) else { return nil }
        return Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue()
    }

    /// Keeps the error that ended the client. A producer learns it by callback, a consumer by what it polls.
    func noteFatal(of handle: OpaquePointer) {
        let (cause, text) = withErrorText { rd_kafka_fatal_error(handle, $0, $1) }
        fatal.withLock { $0 = KafkaError(code: .init(cause), message: text, isFatal: true) }
        logger.error("Kafka client failed for good", metadata: ["code": "\(KafkaError.Code(cause))"])
    }

    /// Any of librdkafka's threads; must not block or call back into the client.
    static let log: @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = {
        handle,
        level,
        facility,
        text in
        guard let context = CallbackContext.of(handle), let facility, let text else { return }
        let message = String(cString: text)
        // One set of settings serves producers and consumers, and a closed client's connections may fail as they like.
        let isNoise =
            context.isClosed.load(ordering: .relaxed)
            || message.contains("is a consumer property") || message.contains("is a producer property")
        // Syslog's levels; what the library calls an error is a passing state of a connection more often than not.
        let severity: Logger.Level =
            switch isNoise ? 7 : level {
            case ...2: .critical
            case 3...4: .warning
            case 5...6: .info
            default: .debug
            }
        context.logger.log(
            level: severity,
            "librdkafka",
            metadata: ["facility": "\(String(cString: facility))", "text": "\(message)"]
        )
    }

    /// The polling thread.
    static let statistics:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int, UnsafeMutableRawPointer?) -> Int32 = {
            _,
            json,
            length,
            opaque in
            if let json, let opaque {
                let context = Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue()
                context.metrics?.record(UnsafeRawBufferPointer(start: json, count: length))
            }
            // The library frees the text.
            return 0
        }

    /// The polling thread.
    static let error: @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void =
        {
            handle,
            code,
            reason,
            opaque in
            guard let handle, let opaque else { return }
            let context = Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue()
            guard rd_kafka_resp_err_t(rawValue: code) == RD_KAFKA_RESP_ERR__FATAL else {
                context.logger.debug(
                    "Kafka client error",
                    metadata: [
                        "code": "\(KafkaError.Code(rawValue: code))",
                        "reason": "\(reason.map { String(cString: $0) } ?? "")",
                    ]
                )
                return
            }
            context.noteFatal(of: handle)
        }
}

extension Duration {
    /// Whole milliseconds for a C timeout, held to 0…2^31.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1_000)
        if whole.overflow { return seconds < 0 ? 0 : .max }
        return Int32(clamping: max(0, whole.partialValue + attoseconds / 1_000_000_000_000_000))
    }
}
