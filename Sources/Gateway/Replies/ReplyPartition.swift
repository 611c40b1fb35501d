// SPDX-License-Identifier: Apache-2.0

/// Which partition of the reply topic a gateway reads when none is configured.
package enum ReplyPartition {
    /// The instance id's FNV-1a hash modulo the number of partitions: the same after each restart, on every machine.
    ///
    /// - Parameter count: Partitions of the reply topic, at least 1.
    package static func of(instance: String, count: Int) -> Int32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in instance.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        // The low bits of FNV depend on little of the text: fold the high ones in.
        let folded = hash ^ (hash >> 32)
        return Int32(truncatingIfNeeded: folded % UInt64(max(1, count)))
    }
}
