// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SignetKafka
import Synchronization

/// A broker, two workers and two gateways, each a process of its own.
final class SoakCluster: Sendable {
    let topics: TopicNames
    let bootstrapServers: String
    /// `nil`: the broker is somebody's.
    let broker: BenchProcess?

    private struct Parts {
        var workers: [BenchProcess] = []
        var gateways: [BenchProcess] = []
        var next = 0
        var started = 0
    }

    private let parts = Mutex(Parts())
    private let admin: KafkaAdmin?
    private let folder: URL
    private let logs: URL?

    /// - Parameters:
    ///   - servers: A broker; `nil`: an embedded one.
    ///   - logs: Where each process's log is written; `nil`: nowhere.
    init(_ servers: String?, folder: URL, logs: URL?) async throws {
        topics = TopicNames(prefix: "soak\(UUID().uuidString.prefix(8).lowercased()).", retryDelays: [1_000])
        self.folder = folder
        self.logs = logs
        let made =
            topics.specifications.map {
                KafkaAdmin.Topic(name: $0.name, partitions: $0.partitions, configuration: $0.configuration)
            } + [KafkaAdmin.Topic(name: topics.replies + ".soak", partitions: 12)]
        if let servers {
            bootstrapServers = servers
            broker = nil
            admin = try await BenchClients.make(made, on: servers)
        } else {
            admin = nil
            let broker = try BenchProcess(
                BenchProcess.program("signet-bench"),
                ["broker"] + made.flatMap { ["--topic", "\($0.name)=\($0.partitions)"] },
                takesOrders: true,
                readyWhen: "bootstrap "
            )
            self.broker = broker
            bootstrapServers = String(broker.ready.dropFirst("bootstrap ".count))
        }
        for _ in 0..<2 {
            let worker = try startWorker()
            let gateway = try startGateway()
            parts.withLock {
                $0.workers.append(worker)
                $0.gateways.append(gateway)
            }
        }
    }

    /// Of jobs that gateways take.
    static let deadline = Duration.seconds(45)

    /// Where the client's own replies go.
    var replyTopic: String { topics.replies + ".soak" }

    var clients: BenchClients { BenchClients(settings: settings) }

    private var settings: KafkaConfiguration {
        var settings = KafkaConfiguration(["bootstrap.servers": bootstrapServers, "session.timeout.ms": "6000"])
        if broker != nil { settings["fetch.wait.max.ms"] = "2" }
        return settings
    }

    private func start(_ role: String, _ more: [String] = [], readyWhen ready: String) throws -> BenchProcess {
        let number = parts.withLock { parts in
            parts.started += 1
            return parts.started
        }
        let environment = clients.environment(
            topics: topics,
            stateIn: folder.appending(path: "\(number)"),
            [
                "SIGNET_GATEWAY_DEADLINE": String(Self.deadline.components.seconds * 1_000),
                "SIGNET_LOG_LEVEL": "info",
            ]
        )
        return try BenchProcess(
            BenchProcess.program("signet"),
            [role] + more,
            environment: environment,
            log: .some(logs?.appending(path: "\(role)-\(number).log")),
            readyWhen: ready
        )
    }

    func startWorker() throws -> BenchProcess { try start("worker", readyWhen: "ready") }

    private func startGateway() throws -> BenchProcess {
        try start("gateway", ["--port", "0"], readyWhen: "ready ")
    }

    // MARK: Faults

    func order(_ order: SoakBroker.Order) throws { try broker?.order(order.rawValue) }

    func anyWorker() -> BenchProcess { parts.withLock { $0.workers[0] } }

    /// Ends the worker that has worked longest; another one takes its place.
    func replaceWorker(_ end: (BenchProcess) throws -> Void) throws {
        try end(parts.withLock { $0.workers.removeFirst() })
        let worker = try startWorker()
        parts.withLock { $0.workers.append(worker) }
    }

    /// Ends a gateway that requests go to; another one takes its place.
    func replaceGateway(_ end: (BenchProcess) throws -> Void) throws {
        try end(parts.withLock { $0.gateways[0] })
        let gateway = try startGateway()
        parts.withLock { parts in
            parts.gateways.removeFirst()
            parts.gateways.append(gateway)
        }
    }

    // MARK: Requests

    /// The gateways in turn, also one that has died: its clients do not know.
    func nextGateway() -> String {
        parts.withLock { parts in
            parts.next = (parts.next + 1) % parts.gateways.count
            return Self.url(of: parts.gateways[parts.next])
        }
    }

    /// All that answer requests.
    var gateways: [String] { parts.withLock { $0.gateways.map(Self.url) } }

    private static func url(of gateway: BenchProcess) -> String { String(gateway.ready.dropFirst("ready ".count)) }

    /// Memory of all workers and gateways, MiB.
    var memory: Double { parts.withLock { ($0.workers + $0.gateways).map(\.memory).reduce(0, +) } }

    /// Ends all processes, and removes the topics from a broker that is not ours.
    func close() async throws {
        let processes = parts.withLock { $0.gateways + $0.workers }
        for process in processes { try process.terminate() }
        broker?.kill()
        if let error = try await admin?.deleteTopics(topics.specifications.map(\.name) + [replyTopic]).values.first {
            throw error
        }
    }
}
