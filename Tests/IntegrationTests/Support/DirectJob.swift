// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// A job that an application produces straight to Kafka, as Protobuf-JSON with Spring Kafka's headers, by kcat.
struct DirectJob {
    let json: [String: Any]
    let correlationID = UUID().uuidString
    var replyPartition = Int.random(in: 0..<12)

    /// - Parameter fields: What the job says beside its version, id and tenant.
    init(_ fields: [String: Any]) {
        json = ["version": 1, "jobId": UUID().uuidString.lowercased(), "tenant": "default"].merging(fields) { $1 }
    }

    /// A reply as it lies on the topic.
    struct Answer {
        let headers: String
        let object: [String: Any]

        func items() throws -> [[String: Any]] {
            let result = object["s3Signing"] as? [String: Any]
            guard let items = result?["items"] as? [[String: Any]] else {
                throw TestSupportError("a reply without items: \(object.keys.sorted()), failure \(failure)")
            }
            return items
        }

        /// The URL of the first item.
        func url() throws -> String {
            guard let url = try items().first?["url"] as? String else {
                throw TestSupportError("an item without a URL")
            }
            return url
        }

        var failure: [String: String] { object["failure"] as? [String: String] ?? [:] }
    }

    /// Produces the job and waits for its reply.
    func send(to platform: Platform, topic: String = "jobs.signing") async throws -> Answer {
        let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
        try await kcat.produce(
            platform.topic(topic),
            Data(JSONAnswer.text(of: json).utf8),
            headers: [
                ("kafka_replyTopic", platform.topic("replies")), ("kafka_replyPartition", "\(replyPartition)"),
                ("kafka_correlationId", correlationID),
            ]
        )
        return try await reply(on: platform)
    }

    /// Waits for the reply that carries the job's correlation id.
    func reply(on platform: Platform) async throws -> Answer {
        let child = try ChildProcess(
            "kcat",
            [
                "-b", platform.bootstrapServers, "-X", "fetch.wait.max.ms=2", "-C", "-t", platform.topic("replies"),
                "-p", "\(replyPartition)", "-o", "beginning", "-q", "-u", "-f", "%h\t%s\n",
            ]
        )
        defer { child.kill() }
        let line = try await child.waitForLine { [correlationID] in $0.contains("kafka_correlationId=\(correlationID)")
        }
        let parts = line.split(separator: "\t", maxSplits: 1)
        guard parts.count == 2,
            let object = try JSONSerialization.jsonObject(with: Data(parts[1].utf8)) as? [String: Any]
        else { throw TestSupportError("a reply that is no JSON object") }
        return Answer(headers: String(parts[0]), object: object)
    }
}
