// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SignetKafka

/// `signet-bench broker`: an embedded broker in a process of its own, which takes faults line by line.
struct SoakBroker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "An embedded broker that fails on request; started by `signet-bench soak`.",
        shouldDisplay: false
    )

    /// What it is told, a line each.
    enum Order: String {
        case down, up, errors, slow, fast
    }

    @Option(help: "A topic, name=partitions.") var topic: [String] = []

    func run() throws {
        let topics = topic.compactMap { text -> (name: String, partitions: Int)? in
            let parts = text.split(separator: "=")
            return parts.count == 2 ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
        }
        let broker = try EmbeddedBroker(topics: topics)
        print("bootstrap \(broker.bootstrapServers)")
        fflush(nil)
        // Ends with the one who started it.
        while let line = readLine() {
            switch Order(rawValue: line) {
            case .down: try broker.setDown()
            case .up: try broker.setUp()
            case .slow: try broker.setRoundTrip(.milliseconds(200))
            case .fast: try broker.setRoundTrip(.zero)
            case .errors: try Self.fail(broker)
            case nil: throw ValidationError("no such order: \(line)")
            }
        }
    }

    /// Leader and coordinator seem to have moved, and connections end amid writes (Kafka protocol, "Error codes").
    private static func fail(_ broker: EmbeddedBroker) throws {
        let notLeader = KafkaError.Code(rawValue: 6)
        let loading = KafkaError.Code(rawValue: 14)
        let notCoordinator = KafkaError.Code(rawValue: 16)
        let errors: [(request: Int16, codes: [KafkaError.Code])] = [
            (0, [.transport, .transport, .transport]), (1, [notLeader, notLeader, notLeader]),
            (8, [notCoordinator, loading]), (10, [loading, loading]), (12, [notCoordinator]),
        ]
        for (request, codes) in errors {
            try broker.failNext(request, with: codes)
        }
    }
}
