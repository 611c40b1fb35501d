// SPDX-License-Identifier: Apache-2.0

/// FNV-1a of 64 bits: the same on every machine and after every restart; not for secrets.
package enum StableHash {
    package static func of(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
