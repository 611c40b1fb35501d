// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SignetKafka

/// Broker, worker and gateway, a process each.
final class BatchPlatform: Sendable {
    /// `nil`: it is not ours.
    private let broker: BenchProcess?
    let worker: BenchProcess
    let gateway: BenchProcess
    let brokerName: String
    private let admin: KafkaAdmin?
    private let names: [String]

    /// - Parameters:
    ///   - servers: A broker; `nil`: an embedded one.
    ///   - retryDelays: Milliseconds after which jobs run again.
    ///   - worker: Further variables of the worker.
    init(
        _ servers: String?,
        folder: URL,
        retryDelays: [Int] = [],
        worker variables: [String: String] = [:]
    ) async throws {
        let topics = TopicNames(
            prefix: "bench\(UUID().uuidString.prefix(8).lowercased()).",
            retryDelays: retryDelays
        )
        let signet = try BenchProcess.program("signet")
        names = topics.specifications.map(\.name)
        var settings = KafkaConfiguration()
        if let servers {
            let specifications = topics.specifications.map {
                KafkaAdmin.Topic(name: $0.name, partitions: $0.partitions, configuration: $0.configuration)
            }
            admin = try await BenchClients.make(specifications, on: servers)
            broker = nil
            brokerName = "broker \(servers)"
            settings["bootstrap.servers"] = servers
        } else {
            let environment = [
                "SIGNET_TOPICS_PREFIX": topics.prefix,
                "SIGNET_RETRY_DELAYS": retryDelays.map(String.init).joined(separator: ","),
            ]
            let broker = try BenchProcess(signet, ["broker"], environment: environment, readyWhen: "bootstrap ")
            self.broker = broker
            admin = nil
            brokerName = "embedded broker"
            settings["bootstrap.servers"] = String(broker.ready.dropFirst("bootstrap ".count))
            // The embedded broker answers an empty fetch only after this time.
            settings["fetch.wait.max.ms"] = "2"
        }
        let environment = BenchClients(settings: settings).environment(
            topics: topics,
            stateIn: folder,
            ["SIGNET_LOG_LEVEL": "warning"]
        )
        worker = try BenchProcess(
            signet,
            ["worker"],
            environment: environment.merging(variables) { $1 },
            readyWhen: "ready"
        )
        gateway = try BenchProcess(signet, ["gateway", "--port", "0"], environment: environment, readyWhen: "ready ")
    }

    var url: String { String(gateway.ready.dropFirst("ready ".count)) }

    /// Seconds that each has used; 0 for a broker that is not ours.
    var processorTimes: (gateway: Double, worker: Double, broker: Double) {
        (gateway.processorTime, worker.processorTime, broker?.processorTime ?? 0)
    }

    func close() async throws {
        try gateway.terminate()
        try worker.terminate()
        try broker?.terminate()
        guard let admin else { return }
        if let error = try await admin.deleteTopics(names).values.first { throw error }
    }
}
