// SPDX-License-Identifier: Apache-2.0

/// A checksum of a body that the caller has computed; S3 compares it with what arrives
/// (S3 User Guide, "Checking object integrity"). Never implied.
public struct S3Checksum: Sendable, Hashable {
    /// How it is computed.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// 4 bytes, with the polynomial of zlib.
        case crc32 = "CRC32"
        /// 4 bytes, with Castagnoli's polynomial.
        case crc32c = "CRC32C"
        /// 8 bytes, with the polynomial of NVM Express.
        case crc64nvme = "CRC64NVME"
        /// 20 bytes.
        case sha1 = "SHA1"
        /// 32 bytes.
        case sha256 = "SHA256"

        /// Bytes of a value.
        var length: Int {
            switch self {
            case .crc32, .crc32c: 4
            case .crc64nvme: 8
            case .sha1: 20
            case .sha256: 32
            }
        }
    }

    /// How it is computed.
    public let algorithm: Algorithm
    /// In base64, big-endian; of a multipart upload `-` and the number of parts may follow.
    public let value: String

    /// - Parameters:
    ///   - algorithm: How it was computed.
    ///   - value: Base64 of as many bytes as the algorithm gives.
    /// - Throws: `invalid_checksum`.
    public init(_ algorithm: Algorithm, value: String) throws(SigningError) {
        let digits = value.utf8.prefix { $0 != UInt8(ascii: "-") }
        let parts = value.utf8.dropFirst(digits.count).dropFirst()
        guard Base64.decodedCount(of: digits) == algorithm.length,
            digits.count == value.utf8.count
                || (1...5).contains(parts.count) && parts.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            throw SigningError(
                .invalidChecksum,
                parameter: "checksum",
                message: "a \(algorithm.rawValue) is the base64 of \(algorithm.length) bytes"
            )
        }
        self.algorithm = algorithm
        self.value = value
    }

    var header: S3ObjectOptions.Pair { ("x-amz-checksum-\(algorithm.rawValue.lowercased())", value) }
}
