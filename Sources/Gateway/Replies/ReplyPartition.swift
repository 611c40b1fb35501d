// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// Which partition of the reply topic a gateway reads when none is configured.
package enum ReplyPartition {
    /// The instance id's hash modulo the number of partitions: the same after each restart, on every machine.
    ///
    /// - Parameter count: Partitions of the reply topic, at least 1.
    package static func of(instance: String, count: Int) -> Int32 {
        let hash = StableHash.of(instance)
        // The low bits of FNV depend on little of the text: fold the high ones in.
        let folded = hash ^ (hash >> 32)
        return Int32(truncatingIfNeeded: folded % UInt64(max(1, count)))
    }
}
