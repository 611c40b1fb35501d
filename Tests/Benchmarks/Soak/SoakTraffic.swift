// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Contract
import Foundation
import NIOCore
import NIOHTTP1
import SignetKafka
import Synchronization

/// Jobs at a steady rate: straight to Kafka, and through the gateways in turn. Each is in the ledger once Kafka has
/// acknowledged it, or a gateway has answered 202.
final class SoakTraffic: Sendable {
    private let cluster: SoakCluster
    private let ledger: Ledger
    private let producer: KafkaProducer
    /// Those of gateways, oldest first; bounded.
    private let requested = Mutex<[String]>([])
    private let refusals = Atomic<Int>(0)

    /// Batches and requests that may be without an answer at one time.
    private static let window = 64

    init(cluster: SoakCluster, ledger: Ledger, producer: KafkaProducer) {
        self.cluster = cluster
        self.ledger = ledger
        self.producer = producer
    }

    /// Requests that no gateway took.
    var refused: Int { refusals.load(ordering: .relaxed) }

    /// The last jobs that gateways took, at most 20: a gateway reads the result of each from Kafka.
    var lastRequested: [String] { requested.withLock { $0 } }

    /// Writes and asks until it is told to stop, then waits for what has no answer yet.
    func run(rate: Int, until isOver: Signal) async {
        async let direct: Void = windowed(every: .milliseconds(20), until: isOver) { [self] in
            await write((0..<max(1, rate / 50)).map { _ in Self.job() })
        }
        async let requests: Void = windowed(every: .milliseconds(50), until: isOver) { [self] in await request() }
        _ = await (direct, requests)
    }

    private func windowed(
        every interval: Duration,
        until isOver: Signal,
        _ body: @escaping @Sendable () async -> Void
    ) async {
        let clock = ContinuousClock()
        await withDiscardingTaskGroup { group in
            let unanswered = Counter()
            while !isOver.isSet {
                if unanswered.value.load(ordering: .relaxed) < Self.window {
                    unanswered.value.add(1, ordering: .relaxed)
                    group.addTask {
                        await body()
                        unanswered.value.subtract(1, ordering: .relaxed)
                    }
                }
                try? await clock.sleep(for: interval)
            }
        }
    }

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    // MARK: Kafka

    /// A record that a client writes.
    struct Record {
        let id: String
        let value: [UInt8]?
    }

    /// A job of one URL.
    static func job(version: UInt32 = 1, deadlineIn seconds: Int64 = 600) -> Record {
        let id = UUID().uuidString.lowercased()
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        var job = Job()
        job.version = version
        job.jobID = id
        job.tenant = "soak"
        job.signingTimeMs = now - 10_000
        job.deadlineMs = now + seconds * 1_000
        job.s3Signing.operation = "GetObject"
        job.s3Signing.s3Bucket = "soak-bucket"
        job.s3Signing.s3Region = "eu-central-1"
        job.s3Signing.items = [S3SigningItem()]
        job.s3Signing.items[0].key = "soak/\(id)"
        // A job has no field that could fail to be written.
        return Record(id: id, value: (try? WireFormat.protobuf.encode(job)) ?? [])
    }

    func write(_ records: [Record]) async {
        let batch = producer.makeBatch(minimumCapacity: records.count)
        var appended: [Record] = []
        for record in records {
            let headers = PipelineWorkload.headers(
                number: 0,
                replyTopic: cluster.replyTopic,
                partition: Int.random(in: 0..<12)
            )
            do throws(KafkaError) {
                try batch.append(
                    topic: cluster.topics.signingJobs,
                    key: Array(record.id.utf8),
                    value: record.value,
                    headers: headers
                )
                appended.append(record)
            } catch {
                refusals.add(1, ordering: .relaxed)
            }
        }
        let failed = Set(await batch.delivered().failures.map(\.index))
        for (index, record) in appended.enumerated() where !failed.contains(index) {
            ledger.accept(record.id, by: .kafka)
        }
        refusals.add(failed.count, ordering: .relaxed)
    }

    // MARK: HTTP

    private static let body = Data(
        """
        {"filename": "photo.jpg", "contentType": "image/jpeg", "s3Bucket": "soak-bucket", "s3Region": "eu-central-1"}
        """.utf8
    )

    private struct Accepted: Decodable {
        let jobId: String
    }

    private func request() async {
        var request = HTTPClientRequest(url: cluster.nextGateway() + "/api/v1/upload/s3/signed-url")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "prefer", value: "respond-async")
        request.body = .bytes(Self.body)
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            let body = try await response.body.collect(upTo: 1 << 20)
            guard response.status == .accepted else { throw BenchError(description: "\(response.status)") }
            let id = try JSONDecoder().decode(Accepted.self, from: Data(body.readableBytesView)).jobId
            ledger.accept(id, by: .gateway)
            requested.withLock { requested in
                requested.append(id)
                if requested.count > 20 { requested.removeFirst() }
            }
        } catch {
            // It was not accepted: the gateway is gone, or said so.
            refusals.add(1, ordering: .relaxed)
        }
    }

    private struct Answer: Decodable {
        let state: String
    }

    /// What a gateway says of a job; `nil`: it does not know it.
    private func state(of job: String, at gateway: String) async throws -> String? {
        let request = HTTPClientRequest(url: "\(gateway)/api/v1/jobs/\(job)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        return try? JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView)).state
    }

    /// Asks the gateways about jobs that one of them took though it could not know whether Kafka did: if Kafka did not,
    /// such a job expires.
    func ask(about jobs: some Collection<String>) async throws {
        for job in jobs {
            for gateway in cluster.gateways {
                guard try await state(of: job, at: gateway) == "expired" else { continue }
                let now = Int64(Date().timeIntervalSince1970 * 1_000)
                ledger.end(job, Ledger.Told(end: .expired, by: gateway, time: now))
                break
            }
        }
    }

    /// Jobs of which this gateway does not tell their end within 30 s.
    func unseen(_ jobs: [String], by gateway: String) async throws -> Int {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(30)
        var left = jobs
        while !left.isEmpty, clock.now < end {
            var unseen: [String] = []
            for job in left {
                let state = try await state(of: job, at: gateway)
                if state == nil || state != ledger.end(of: job)?.rawValue { unseen.append(job) }
            }
            left = unseen
            if !left.isEmpty { try await clock.sleep(for: .milliseconds(200)) }
        }
        return left.count
    }
}
