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

        private enum CodingKeys: String, CodingKey {
            case nodeid, state, tx, txbytes, rx, rxbytes, txerrs, rxerrs, rtt, throttle
            case reqTimeouts = "req_timeouts"
        }
    }

    struct Partition: Decodable {
        /// −1: what belongs to no partition yet.
        let partition: Int32?
        let consumerLag: Int64?
        let consumerLagStored: Int64?
        let fetchqCnt: Int64?

        private enum CodingKeys: String, CodingKey {
            case partition
            case consumerLag = "consumer_lag"
            case consumerLagStored = "consumer_lag_stored"
            case fetchqCnt = "fetchq_cnt"
        }

        /// Records behind what is worked off, else behind what is committed; `nil`: not known.
        var lag: Int64? { [consumerLagStored, consumerLag].compactMap(\.self).first { $0 >= 0 } }
    }

    struct Topic: Decodable {
        let partitions: [String: Partition]?
    }

    struct Group: Decodable {
        let rebalanceCnt: Int64?
        let assignmentSize: Int64?

        private enum CodingKeys: String, CodingKey {
            case rebalanceCnt = "rebalance_cnt"
            case assignmentSize = "assignment_size"
        }
    }

    /// Records, and their bytes, in the producer's queue.
    let msgCnt: Int64?
    let msgSize: Int64?
    let brokers: [String: Broker]?
    let topics: [String: Topic]?
    let cgrp: Group?

    // Keys by hand: a strategy that converts them converts every key of the document, most of which nobody asks for.
    private enum CodingKeys: String, CodingKey {
        case brokers, topics, cgrp
        case msgCnt = "msg_cnt"
        case msgSize = "msg_size"
    }

    /// - Parameter json: What the library emits; `nil` answers what is no such document.
    init?(json: UnsafeRawBufferPointer) {
        guard let decoded = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = decoded
    }
}
