// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What is used of the statistics that librdkafka emits (librdkafka, STATISTICS.md). Every field may be missing: versions
/// differ. Names are the document's.
struct KafkaStatistics: Decodable {
    /// A rolling window, in microseconds or milliseconds as its field says.
    struct Window: Decodable {
        let max: Int64?
        let p50: Int64?
        let p95: Int64?
        let p99: Int64?
    }

    struct Broker: Decodable {
        /// −1: known by its bootstrap address alone.
        let nodeid: Int32?
        let state: String?
        /// Requests sent, their bytes, and responses.
        let tx: Int64?
        let txbytes: Int64?
        let rx: Int64?
        let rxbytes: Int64?
        let txerrs: Int64?
        let rxerrs: Int64?
        let reqTimeouts: Int64?
        /// Microseconds.
        let rtt: Window?
        /// Milliseconds.
        let throttle: Window?
    }

    struct Partition: Decodable {
        /// −1: what belongs to no partition yet.
        let partition: Int32?
        let consumerLag: Int64?
        let consumerLagStored: Int64?
        let fetchqCnt: Int64?

        /// Records behind what is worked off, else behind what is committed; `nil`: not known.
        var lag: Int64? { [consumerLagStored, consumerLag].compactMap(\.self).first { $0 >= 0 } }
    }

    struct Topic: Decodable {
        let partitions: [String: Partition]?
    }

    struct Group: Decodable {
        let rebalanceCnt: Int64?
        let assignmentSize: Int64?
    }

    /// Records, and their bytes, in the producer's queue.
    let msgCnt: Int64?
    let msgSize: Int64?
    let brokers: [String: Broker]?
    let topics: [String: Topic]?
    let cgrp: Group?

    /// - Parameter json: What the library emits; `nil` answers what is no such document.
    init?(json: UnsafeRawBufferPointer) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let decoded = try? decoder.decode(Self.self, from: Data(json)) else { return nil }
        self = decoded
    }
}
