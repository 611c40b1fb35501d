// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetKafka
import TestSupport
import Testing

/// Against kcat, a client of its own in a process of its own.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct KcatTests {
    /// One record as `kcat -J` prints it.
    struct Line: Decodable, Equatable {
        var topic: String
        var partition: Int32
        var offset: Int64
        var key: String?
        var payload: String?
        var headers: [String?]?
    }

    @Test(arguments: TestCluster.available)
    func kcatReadsWhatWeWrote(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 2))
        let producer = try broker.producer(["compression.type": "gzip"])
        let topic = broker.topic("t")
        try await running(producer) {
            let batch = producer.makeBatch()
            let headers = [
                KafkaHeader(name: "a", value: Array("1".utf8)), KafkaHeader(name: "n", value: nil),
                KafkaHeader(name: "a", value: Array("2".utf8)),
            ]
            try batch.append(topic: topic, partition: 1, key: Array("k".utf8), value: Array("é".utf8), headers: headers)
            try batch.append(topic: topic, partition: 1, key: nil, value: nil as [UInt8]?)
            try batch.append(topic: topic, partition: 1, key: [], value: [])
            #expect(await batch.delivered().isDelivered)
        }
        let output = try await outputOfTool(
            "kcat",
            ["-C", "-b", broker.servers, "-t", topic, "-p", "1", "-o", "beginning", "-c", "3", "-J", "-u", "-q"]
        )
        let lines = try output.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Line.self, from: $0)
        }
        #expect(
            lines == [
                Line(
                    topic: topic,
                    partition: 1,
                    offset: 0,
                    key: "k",
                    payload: "é",
                    headers: ["a", "1", "n", nil, "a", "2"]
                ),
                Line(topic: topic, partition: 1, offset: 1, key: nil, payload: nil, headers: nil),
                Line(topic: topic, partition: 1, offset: 2, key: "", payload: "", headers: nil),
            ]
        )
    }

    @Test(arguments: TestCluster.available)
    func weReadWhatKcatWrote(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 1))
        let topic = broker.topic("t")
        _ = try await outputOfTool(
            "kcat",
            [
                "-P", "-b", broker.servers, "-t", topic, "-p", "0", "-z", "zstd", "-K", ":", "-Z",
                "-H", "kafka_replyTopic=signet.replies", "-H", "kafka_replyPartition=3",
            ],
            input: Data("key:{\"version\":1}\ntombstone:\n".utf8)
        )
        let consumer = try broker.consumer()
        try await running(consumer) {
            try await consumer.assign([broker.partition("t", 0): .beginning])
            var reader = EventReader(consumer)
            let seen = try await reader.take(2)
            #expect(seen[0].key == Array("key".utf8))
            #expect(seen[0].text == "{\"version\":1}")
            #expect(
                seen[0].headers == [
                    KafkaHeader(name: "kafka_replyTopic", value: Array("signet.replies".utf8)),
                    KafkaHeader(name: "kafka_replyPartition", value: Array("3".utf8)),
                ]
            )
            #expect(seen[0].timestamp != nil)
            #expect(seen[1].key == Array("tombstone".utf8))
            #expect(seen[1].value == nil)
        }
    }
}
