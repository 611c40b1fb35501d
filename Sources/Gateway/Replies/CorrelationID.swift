// SPDX-License-Identifier: Apache-2.0

package import Contract

/// Ties a reply to the job that it answers: the 16 bytes of the job's id, in `kafka_correlationId`.
package struct CorrelationID: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64

    package init(_ job: JobID) {
        high = job.high
        low = job.low
    }

    /// Reads the header of a reply; `nil` if it is of another length, and so none of ours.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    package var bytes: [UInt8] {
        withUnsafeBytes(of: high.bigEndian) { Array($0) } + withUnsafeBytes(of: low.bigEndian) { Array($0) }
    }
}
