// SPDX-License-Identifier: Apache-2.0

// pthread types reach Swift through whichever C module names them first.
internal import CRDKafka
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Runs blocking C on a thread of its own, so that no thread of the cooperative pool ever waits.
enum DedicatedThread {
    /// Runs `body` on a new thread and waits, suspended, for its result.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            start { continuation.resume(returning: body()) }
        }
    }

    /// The same for a question that may be given up: a cancelled task waits no longer, though the thread ends in its own
    /// time, and what it brings is dropped.
    static func ask<Answer: Sendable>(
        _ body: @escaping @Sendable () -> Result<Answer, KafkaError>
    ) async throws(KafkaError) -> Answer {
        let waiter = Mutex<CheckedContinuation<Result<Answer, KafkaError>, Never>?>(nil)
        // Whoever comes first answers: the thread, or the cancellation.
        @Sendable func answer(_ result: Result<Answer, KafkaError>) {
            let continuation = waiter.withLock { waiter in
                defer { waiter = nil }
                return waiter
            }
            continuation?.resume(returning: result)
        }
        let cancelled = Result<Answer, KafkaError>.failure(
            KafkaError(code: .timedOut, message: "the question to the broker was given up", isRetriable: true)
        )
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiter.withLock { $0 = continuation }
                if Task.isCancelled { return answer(cancelled) }
                start { answer(body()) }
            }
        } onCancel: {
            answer(cancelled)
        }
        return try result.get()
    }

    /// Starts `body` on a new detached thread.
    static func start(_ body: @escaping @Sendable () -> Void) {
        // +1 here, released by the thread that takes it over.
        let box = Unmanaged.passRetained(Body(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let failure = pthread_create(
            &thread,
            &attributes,
            { argument in
                #if canImport(Darwin)
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                #else
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                #endif
                return nil
            },
            box.toOpaque()
        )
        guard failure == 0 else {
            // Out of threads: late is better than never, and the caller learns nothing wrong.
            return box.takeRetainedValue().run()
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
