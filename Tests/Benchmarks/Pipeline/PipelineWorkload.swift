// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SignetKafka

/// Jobs of one size, ready to be written.
struct PipelineWorkload {
    let name: String
    /// The jobs' topic.
    let topic: String
    /// URLs in each job.
    let urls: Int
    let jobs: [[UInt8]]
    let target: Target?

    enum Target {
        /// At least, of the echo's jobs.
        case ratio(Double)
        /// At least, a second.
        case urls(Double)
    }

    /// Of the jobs' topic.
    let partitions: Int

    /// - Parameter sealer: Seals a credential into each job; `nil`: they name a profile.
    init(
        name: String,
        topic: String,
        partitions: Int = 12,
        urls: Int,
        count: Int,
        sealer: CredentialSealer? = nil,
        target: Target? = nil,
        now: Int64
    ) throws {
        self.name = name
        self.topic = topic
        self.partitions = partitions
        self.urls = urls
        self.target = target
        jobs = try (0..<count).map { number in
            try WireFormat.protobuf.encode(
                Self.job(String(format: "0192f3a1-7c5e-7d2b-9c41-%012x", number), urls: urls, sealer, now: now)
            )
        }
    }

    private static func job(_ id: String, urls: Int, _ sealer: CredentialSealer?, now: Int64) throws -> Job {
        var options = S3RequestOptions()
        options.contentType = "image/jpeg"
        options.fileSize = 1_048_576
        options.s3StorageClass = "STANDARD"
        var signing = S3SigningJob()
        signing.s3Bucket = "bench-bucket"
        signing.s3Region = "eu-central-1"
        signing.operation = "PutObject"
        signing.defaults = options
        signing.items = (0..<urls).map { index in
            var item = S3SigningItem()
            item.key = "photos/2026/11/\(index)-original.jpg"
            return item
        }
        var job = Job()
        job.version = 1
        job.jobID = id
        job.tenant = "bench"
        job.signingTimeMs = now
        job.deadlineMs = now + 12 * 3_600_000
        if let sealer {
            var credential = InlineCredential()
            credential.accessKeyID = "AKIAIOSFODNN7EXAMPLE"
            credential.secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            signing.sealedCredential = try sealer.seal(
                credential,
                scope: SealScope(of: signing, jobID: id, tenant: job.tenant, notAfterMs: job.deadlineMs)
            )
        }
        job.s3Signing = signing
        return job
    }

    /// Writes all jobs, spread over the partitions, each asking for its reply.
    func write(by producer: KafkaProducer, replyTopic: String) async throws {
        var batch = producer.makeBatch(minimumCapacity: 4_096)
        for (number, job) in jobs.enumerated() {
            let headers = Self.headers(
                number: UInt64(number),
                replyTopic: replyTopic,
                partition: number % 12
            )
            while true {
                do throws(KafkaError) {
                    try batch.append(
                        topic: topic,
                        partition: Int32(number % partitions),
                        value: job,
                        headers: headers
                    )
                    break
                } catch {
                    guard error.code == .queueFull else { throw error }
                    await producer.waitForCapacity()
                }
            }
            if batch.count == 4_096 || number == jobs.count - 1 {
                if let failure = await batch.delivered().failures.first { throw failure.error }
                batch = producer.makeBatch(minimumCapacity: 4_096)
            }
        }
    }

    static func headers(number: UInt64, replyTopic: String, partition: Int) -> [KafkaHeader] {
        [
            KafkaHeader(name: HeaderNames.contentType, value: Array(WireFormat.protobuf.contentType.utf8)),
            KafkaHeader(name: HeaderNames.correlationID, value: withUnsafeBytes(of: number.bigEndian) { Array($0) }),
            KafkaHeader(name: HeaderNames.replyTopic, value: Array(replyTopic.utf8)),
            KafkaHeader(name: HeaderNames.replyPartition, value: Array(String(partition).utf8)),
        ]
    }
}
