// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SignetKafka

/// One who answers the jobs of a topic: the worker, or the echo. It stands still unless it is measured.
final class PipelineContender: Sendable {
    let process: BenchProcess
    let replyTopic: String
    private let eventTopic: String
    private let cluster: PipelineCluster

    init(_ process: BenchProcess, replyTopic: String, eventTopic: String, on cluster: PipelineCluster) throws {
        self.process = process
        self.replyTopic = replyTopic
        self.eventTopic = eventTopic
        self.cluster = cluster
        try process.pause()
    }

    struct Run {
        /// Until all replies and events were written.
        let seconds: Double
        let processorSeconds: Double
    }

    /// Lets it answer the jobs that wait, each with a reply and an event; then it stands still again.
    func answer(_ count: Int) async throws -> Run {
        let replies = try await cluster.written(to: replyTopic, partitions: 12)
        let events = try await cluster.written(to: eventTopic, partitions: 6)
        let processorTime = process.processorTime
        let clock = ContinuousClock()
        let start = clock.now
        try process.resume()
        try await reach(replies + count, on: replyTopic)
        try await reach(events + count, on: eventTopic, partitions: 6)
        let time = clock.now - start
        let used = process.processorTime - processorTime
        try process.pause()
        return Run(seconds: time.inSeconds, processorSeconds: used)
    }

    /// Waits until so many records were ever written to a topic.
    func reach(_ count: Int, on topic: String, partitions: Int = 12) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        while true {
            let written = try await cluster.written(to: topic, partitions: partitions)
            if written >= count { return }
            guard clock.now - start < .seconds(120) else {
                throw BenchError(
                    description: "\(process.name) left \(count - written) jobs unanswered on \(topic) within 120 s"
                )
            }
            try await clock.sleep(for: .milliseconds(10))
        }
    }
}
