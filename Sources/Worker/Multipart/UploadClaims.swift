// SPDX-License-Identifier: Apache-2.0

internal import Contract
package import Logging
package import SignetKafka

/// Which job began which upload, as the topic of job states tells: S3's list of uploads has no room for it.
package struct UploadClaims: Sendable {
    private let producer: KafkaProducer
    private let topic: String
    private let scan: SharedScan<[String: String]>

    /// - Parameters:
    ///   - kafka: At least `bootstrap.servers`.
    ///   - topic: That of the job states.
    package init(producer: KafkaProducer, kafka: KafkaConfiguration, topic: String, logger: Logger) {
        self.producer = producer
        self.topic = topic
        let reader = TopicReader(kafka: kafka, logger: logger)
        scan = SharedScan { try await Self.read(topic, since: $0, by: reader) }
    }

    /// Notes that a job is about to begin an upload, or which one it began; returns when it is noted.
    ///
    /// - Throws: `KafkaError`.
    func note(_ uploadID: String?, of job: Job) async throws {
        var begun = UploadBegun()
        begun.uploadID = uploadID ?? ""
        let fact = JobFact(jobID: job.jobID, tenant: job.tenant, .uploadBegun(begun))
        let batch = producer.makeBatch()
        let value = try WireFormat.protobuf.encode(fact)
        try batch.append(topic: topic, key: Array(fact.key.utf8), value: value)
        if let failure = await batch.delivered().failures.first { throw failure.error }
    }

    /// The uploads of jobs by their ids, an empty one of a job that was about to begin one.
    ///
    /// - Parameter start: Unix milliseconds from which on they were noted.
    /// - Throws: `KafkaError`.
    func read(since start: Int64) async throws -> [String: String] {
        try await scan.value(since: start)
    }

    private static func read(_ topic: String, since start: Int64, by reader: TopicReader) async throws -> [String:
        String]
    {
        var claims: [String: String] = [:]
        try await reader.read([topic], since: start) { record -> JobFact? in
            var warnings: [String] = []
            return record.value.flatMap { try? WireFormat.protobuf.decode(JobFact.self, from: $0, warnings: &warnings) }
        } _: { fact in
            if let fact, case .uploadBegun(let begun) = fact.fact {
                // One key, one partition: the intention comes before the upload.
                claims[fact.jobID] = begun.uploadID
            }
            return true
        }
        return claims
    }
}
