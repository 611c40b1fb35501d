// SPDX-License-Identifier: Apache-2.0

/// How a secret becomes a private key of P-256: the counter mode of NIST SP 800-108 over HMAC-SHA-256, with candidates
/// tried until one is in range (FIPS 186-5, appendix A.2.2).
package enum SigV4AKeyDerivation {
    /// The order of the curve less two: the largest candidate.
    private static let largest: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6,
        0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x4F,
    ]

    /// - Returns: 32 bytes, the first the highest; the caller wipes them.
    static func scalar(secret: SecretBytes, accessKeyID: String) throws(SigningError) -> [UInt8] {
        let key = secret.withUnsafeBytes { secret in
            withUnsafeTemporaryAllocation(byteCount: secret.count + 5, alignment: 1) { bytes in
                bytes.copyBytes(from: Array("AWS4A".utf8))
                UnsafeMutableRawBufferPointer(rebasing: bytes[5...]).copyMemory(from: secret)
                let key = HMACKey(UnsafeRawBufferPointer(bytes))
                bytes.initializeMemory(as: UInt8.self, repeating: 0)
                return key
            }
        }
        for attempt in UInt8(1)...254 {
            // One block of output: its number, label, a zero, context with the number of the attempt, length in bits.
            let input =
                [0, 0, 0, 1] + Array(SigV4AKey.algorithm.utf8) + [0] + Array(accessKeyID.utf8) + [attempt]
                + [0, 0, 1, 0]
            var candidate = input.withUnsafeBytes { key.authenticate($0).bytes }
            if isAtMostLargest(candidate) {
                increment(&candidate)
                return candidate
            }
            candidate.wipe()
        }
        // One secret in 2^8128.
        throw SigningError(.signingFailed, parameter: "key", message: "no key follows from this secret; make another")
    }

    /// Subtracts; its time does not depend on the candidate, 32 bytes.
    package static func isAtMostLargest(_ candidate: [UInt8]) -> Bool {
        var borrow = 0
        for index in largest.indices.reversed() {
            borrow = (Int(largest[index]) - Int(candidate[index]) - borrow) >> 8 & 1
        }
        return borrow == 0
    }

    /// Adds one, as to a number whose highest byte is the first.
    package static func increment(_ bytes: inout [UInt8]) {
        var carry = 1
        for index in bytes.indices.reversed() {
            let sum = Int(bytes[index]) + carry
            bytes[index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
    }
}
