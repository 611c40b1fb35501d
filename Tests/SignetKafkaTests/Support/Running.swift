// SPDX-License-Identifier: Apache-2.0

import ServiceLifecycle
import SignetKafka

/// Runs services while `body` runs, then ends them and waits until they have ended, whatever `body` did.
func running<Answer: Sendable>(
    _ services: any Service & Stoppable...,
    body: () async throws -> Answer
) async throws -> Answer {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for service in services {
            group.addTask { try await service.run() }
        }
        let answer = try await body()
        for service in services { service.stop() }
        try await group.waitForAll()
        return answer
    }
}

/// What ends by itself once it is told to.
protocol Stoppable {
    func stop()
}

extension KafkaProducer: Stoppable {}
extension KafkaConsumer: Stoppable {}
extension KafkaTransactionalProducer: Stoppable {}

/// A signal between tasks of a test: waiting ends when it was raised, even if that was before.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func raise() { continuation.finish() }

    func wait() async {
        for await _ in stream {}
    }
}
