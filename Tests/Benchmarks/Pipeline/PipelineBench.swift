// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import Contract
import Foundation
import NIOCore
import NIOHTTP1
import SignetKafka

/// `signet-bench pipeline`: jobs through a worker of its own process, beside an echo of the same records.
struct PipelineBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Jobs from Kafka to Kafka through a worker, beside a raw echo of the same records in C.",
        discussion: """
            Jobs are written while worker and echo stand still; then each in turn answers all of them. The echo has the same
            settings of librdkafka and writes as many records with as many headers and bytes. Without --bootstrap-servers the broker is
            embedded, which has a thread of its own on this machine and is a limit of its own. The rows: one-url and
            batch-500 sign with a named profile, sealed with a credential that is sealed in each job, http-sync are
            requests to a gateway, idle is a worker without work for some seconds.
            """
    )

    @Option(help: "A broker, host:port; topics of the run's own are made there and removed.")
    var bootstrapServers: String?

    @Option(help: "Jobs of one URL in each round; fewer of the others. An embedded broker holds about 60000.")
    var jobs = 60_000

    @Option(help: "Rounds.")
    var rounds = 5

    @Option(help: "Measure this row alone: one-url, batch-500, sealed, http-sync or idle.")
    var only: String?

    @Flag(help: "Print JSON, a line for each row.")
    var json = false

    private static let names = ["one-url", "batch-500", "sealed", "http-sync", "idle"]

    func validate() throws {
        guard (100...10_000_000).contains(jobs) else { throw ValidationError("--jobs is 100 to 10000000") }
        guard (1...100).contains(rounds) else { throw ValidationError("--rounds is 1 to 100") }
        guard only.map(Self.names.contains) ?? true else {
            throw ValidationError("--only is one of \(Self.names.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let cluster = try await PipelineCluster(bootstrapServers)
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var report = PipelineReport(
            processor: Machine.processor,
            broker: cluster.isEmbedded ? "embedded broker" : "broker \(cluster.bootstrapServers)",
            rounds: rounds
        )
        try await measure(on: cluster, folder, into: &report)
        try await cluster.clear()
        try Figures.print(report.lines, text: report.text, asJSON: json)
    }

    private func isWanted(_ name: String) -> Bool { only == nil || only == name }

    private func measure(on cluster: PipelineCluster, _ folder: URL, into report: inout PipelineReport) async throws {
        let key = SealingPrivateKey()
        let keys = folder.appending(path: "sealing-keys")
        try Data((key.exported + "\n").utf8).write(to: keys)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys.path)
        let signet = try BenchProcess.program("signet")
        var environment = cluster.clients.environment(
            topics: cluster.topics,
            stateIn: folder,
            ["SIGNET_SEALING_PRIVATE_KEYS_FILE": keys.path, "SIGNET_LOG_LEVEL": "warning"]
        )
        let worker = try PipelineContender(
            BenchProcess(signet, ["worker"], environment: environment, readyWhen: "ready"),
            replyTopic: cluster.topics.replies,
            eventTopic: cluster.topics.metrics,
            on: cluster
        )
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        let topics = cluster.topics
        let single = { (name: String, count: Int, sealer: CredentialSealer?, target: PipelineWorkload.Target?) in
            try PipelineWorkload(
                name: name,
                topic: topics.signingJobs,
                urls: 1,
                count: count,
                sealer: sealer,
                target: target,
                now: now
            )
        }
        let bulk = try PipelineWorkload(
            name: "batch-500",
            topic: topics.bulkJobs,
            partitions: PipelineCluster.bulkPartitions,
            urls: 500,
            count: max(100, jobs / 10),
            target: .urls(300_000),
            now: now
        )
        func add(_ workload: PipelineWorkload) async throws {
            report.throughputs.append(try await compare(workload, worker, on: cluster))
        }
        if isWanted("one-url") { try await add(single("one-url", jobs, nil, .ratio(0.7))) }
        if isWanted("batch-500") { try await add(bulk) }
        if isWanted("sealed") {
            try await add(single("sealed", max(12, jobs / 6), CredentialSealer(publicKey: key.publicKey), nil))
        }
        if isWanted("http-sync") {
            report.requests = try await requests(
                bulk,
                raw: single("raw", 12, nil, nil),
                worker,
                BenchProcess(signet, ["gateway", "--port", "0"], environment: environment, readyWhen: "ready "),
                on: cluster
            )
        }
        try worker.process.terminate()
        guard isWanted("idle") else { return }
        // Without the short waits that the embedded broker needs of those who are in a hurry.
        environment["SIGNET_KAFKA_FETCH_WAIT_MAX_MS"] = nil
        let idle = try BenchProcess(signet, ["worker"], environment: environment, readyWhen: "ready")
        report.idle = PipelineReport.Idle(percent: try await self.idle(idle))
    }

    // MARK: Jobs

    private func compare(
        _ workload: PipelineWorkload,
        _ worker: PipelineContender,
        on cluster: PipelineCluster
    ) async throws -> PipelineReport.Throughput {
        let echo = try await echo(of: workload, beside: worker, on: cluster)
        var runs: (worker: [PipelineContender.Run], echo: [PipelineContender.Run]) = ([], [])
        var memory: [Double] = []
        for round in 0..<rounds {
            try await cluster.clients.withProducer { try await workload.write(by: $0, replyTopic: worker.replyTopic) }
            // Neither is always the first.
            for contender in round.isMultiple(of: 2) ? [worker, echo] : [echo, worker] {
                let run = try await contender.answer(workload.jobs.count)
                if contender === worker { runs.worker.append(run) } else { runs.echo.append(run) }
            }
            memory.append(worker.process.memory)
        }
        let count = 300
        async let trips = RoundTrips(cluster: cluster)
            .measure(workload, replyTopic: worker.replyTopic, count: count)
        _ = try await worker.answer(count)
        let jobs = Double(workload.jobs.count)
        return PipelineReport.Throughput(
            name: workload.name,
            jobs: Sample(runs.worker.map { jobs / $0.seconds }),
            echo: Sample(runs.echo.map { jobs / $0.seconds }),
            ratio: Sample(zip(runs.worker, runs.echo).map { $1.seconds / $0.seconds }),
            urls: Sample(runs.worker.map { jobs * Double(workload.urls) / $0.seconds }).median,
            processor: Sample(runs.worker.map { $0.processorSeconds * 1e6 / jobs }).median,
            echoProcessor: Sample(runs.echo.map { $0.processorSeconds * 1e6 / jobs }).median,
            trips: try await trips,
            memory: memory,
            target: workload.target
        )
    }

    /// An echo with records like the worker's. It begins at the end of the jobs.
    private func echo(
        of workload: PipelineWorkload,
        beside worker: PipelineContender,
        on cluster: PipelineCluster
    ) async throws -> PipelineContender {
        let records = try await records(of: workload, worker, on: cluster)
        let echo = try await BenchProcess(
            BenchProcess.program("signet-bench"),
            EchoCommand.arguments(
                jobs: workload.topic,
                from: cluster.ends(of: workload.topic, partitions: workload.partitions),
                group: "\(cluster.topics.prefix)echo.\(workload.name)",
                on: cluster.echo,
                like: records,
                settings: cluster.clientSettings
            ),
            readyWhen: "ready"
        )
        return try PipelineContender(
            echo,
            replyTopic: cluster.echo.replies,
            eventTopic: cluster.echo.events,
            on: cluster
        )
    }

    /// What the worker writes for a job; the reply is looked at, too.
    private func records(
        of workload: PipelineWorkload,
        _ worker: PipelineContender,
        on cluster: PipelineCluster
    ) async throws -> (reply: EchoCommand.Shape, event: EchoCommand.Shape) {
        let topics = [(cluster.topics.replies, 12), (cluster.topics.metrics, 6)]
        let partitions = topics.flatMap { topic, count in
            (0..<count).map { KafkaTopicPartition(topic: topic, partition: Int32($0)) }
        }
        return try await cluster.clients.withConsumer(of: partitions, at: .end) { consumer in
            try await cluster.clients.withProducer { producer in
                let batch = producer.makeBatch()
                try batch.append(
                    topic: workload.topic,
                    value: workload.jobs[0],
                    headers: PipelineWorkload.headers(number: 0, replyTopic: worker.replyTopic, partition: 0)
                )
                if let failure = await batch.delivered().failures.first { throw failure.error }
            }
            _ = try await worker.answer(1)
            var reply: EchoCommand.Shape?
            var event: EchoCommand.Shape?
            for await case .records(let batch) in consumer.events {
                for index in 0..<batch.count {
                    try batch.withRecord(at: index) { record in
                        if record.topic == cluster.topics.metrics {
                            event = EchoCommand.Shape(record)
                        } else {
                            reply = EchoCommand.Shape(record)
                            try check(record, of: workload)
                        }
                    }
                }
                if let reply, let event { return (reply, event) }
            }
            throw BenchError(description: "\(workload.name): the replies ended")
        }
    }

    private func check(_ record: borrowing KafkaRecord, of workload: PipelineWorkload) throws {
        var warnings: [String] = []
        guard let value = record.value else { throw BenchError(description: "\(workload.name): an empty reply") }
        let reply = try WireFormat.protobuf.decode(Reply.self, from: value, warnings: &warnings)
        let joined = try ReplyJoiner(reply.s3Signing).join(at: workload.urls - 1)
        guard reply.s3Signing.items.count == workload.urls, joined.url.contains("X-Amz-Signature=") else {
            throw BenchError(description: "\(workload.name): the worker did not sign")
        }
    }

    // MARK: Requests

    private func requests(
        _ bulk: PipelineWorkload,
        raw: PipelineWorkload,
        _ worker: PipelineContender,
        _ gateway: BenchProcess,
        on cluster: PipelineCluster
    ) async throws -> PipelineReport.Requests {
        var request = HTTPClientRequest(
            url: gateway.ready.dropFirst("ready ".count) + "/api/v1/upload/s3/signed-url"
        )
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(
            Data(
                """
                {"filename": "photo.jpg", "contentType": "image/jpeg", "s3StorageClass": "STANDARD",
                "s3Bucket": "bench-bucket", "s3Region": "eu-central-1"}
                """.utf8
            )
        )
        let body = request
        let ask = { @Sendable (_: Int) async throws in
            let response = try await HTTPClient.shared.execute(body, timeout: .seconds(30))
            _ = try await response.body.collect(upTo: 1 << 20)
            guard response.status == .ok else {
                throw BenchError(description: "the gateway answered \(response.status.code)")
            }
        }
        let count = 300
        // The raw round trip and the gateway's are taken at the same rate, with nothing else to do.
        let echo = try await echo(of: raw, beside: worker, on: cluster)
        async let trips = RoundTrips(cluster: cluster).measure(raw, replyTopic: echo.replyTopic, count: count)
        _ = try await echo.answer(count)
        let kafka = try await trips
        echo.process.kill()
        // The worker has these jobs, too, and answers them on the same topic before the requests.
        async let alone = Pace.run(count: count, every: RoundTrips.interval, ask)
        _ = try await worker.answer(count)
        let idle = try await alone
        var busy: [Double] = []
        for _ in 0..<rounds {
            try await cluster.clients.withProducer { try await bulk.write(by: $0, replyTopic: cluster.bulkReplies) }
            let topic = cluster.bulkReplies
            let start = try await cluster.written(to: topic, partitions: 12)
            try worker.process.resume()
            // What waits when bulk begins would tell of the standstill before.
            try await worker.reach(start + bulk.jobs.count / 10, on: topic)
            let isDone = Signal()
            async let times = Pace.run(count: 100_000, every: RoundTrips.interval, while: { !isDone.isSet }, ask)
            try await worker.reach(start + bulk.jobs.count * 9 / 10, on: topic)
            isDone.set()
            busy += try await times
            try await worker.reach(start + bulk.jobs.count, on: topic)
            try worker.process.pause()
        }
        return PipelineReport.Requests(idle: idle, busy: busy, kafka: kafka)
    }

    // MARK: Rest

    /// Processor time of a worker that has nothing to do, in hundredths of a core.
    private func idle(_ worker: BenchProcess) async throws -> Double {
        let clock = ContinuousClock()
        // It may still be joining its last group.
        try await clock.sleep(for: .seconds(3))
        let used = worker.processorTime
        let start = clock.now
        try await clock.sleep(for: .seconds(10))
        return (worker.processorTime - used) / (clock.now - start).inSeconds * 100
    }
}
