// SPDX-License-Identifier: Apache-2.0

/// What became of the records of a batch.
public struct KafkaDeliveryOutcome: Sendable {
    /// A record that was not acknowledged.
    public struct Failure: Sendable {
        /// Whether it may have arrived all the same.
        public enum Status: Sendable, Hashable {
            /// It did not arrive.
            case failed
            /// It was sent but not acknowledged: possibly persisted. Never report it as failed.
            case unknown
        }

        /// Position in the order of appending, from 0.
        public let index: Int
        /// Whether the record may have arrived.
        public let status: Status
        /// Why it was not acknowledged.
        public let error: KafkaError
    }

    struct Position: Sendable {
        let partition: Int32
        let offset: Int64
    }

    private let positions: [Position]
    /// In the order of their indices.
    public let failures: [Failure]

    init(positions: [Position], failures: [Failure]) {
        self.positions = positions
        self.failures = failures
    }

    /// Records in the batch.
    public var count: Int { positions.count }

    /// Whether every record was acknowledged.
    public var isDelivered: Bool { failures.isEmpty }

    /// Where a record lies; `nil` if that is not known.
    public func position(of index: Int) -> (partition: Int32, offset: Int64)? {
        guard positions.indices.contains(index), positions[index].offset >= 0 else { return nil }
        return (positions[index].partition, positions[index].offset)
    }
}
