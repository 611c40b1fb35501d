// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Comparison of what an attacker may guess byte by byte: its time does not depend on where the first difference is.
enum ConstantTime {
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count, !left.isEmpty else { return left.count == right.count }
        return CRYPTO_memcmp(left, right, left.count) == 0
    }

    static func areEqual(_ left: String, _ right: String) -> Bool {
        areEqual(Array(left.utf8), Array(right.utf8))
    }
}
