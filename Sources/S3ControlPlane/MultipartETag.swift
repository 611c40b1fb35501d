// SPDX-License-Identifier: Apache-2.0

internal import Crypto

/// The ETag of an object that was uploaded in parts: the MD5 of the parts' MD5s, and how many they are (S3 User Guide,
/// "Checking object integrity": what all stores do, though S3 promises it of no encrypted object).
package enum MultipartETag {
    /// - Parameter parts: The parts' ETags in order, with or without quotation marks.
    /// - Returns: Without quotation marks; `nil`: one of them is no MD5.
    package static func of(_ parts: [String]) -> String? {
        var hash = Insecure.MD5()
        for part in parts {
            guard let digest = bytes(bare(part)) else { return nil }
            hash.update(data: digest)
        }
        let digits = hash.finalize().map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        return "\(digits.joined())-\(parts.count)"
    }

    /// How many parts an object was made of; `nil`: it was not made of parts.
    package static func partCount(of etag: String) -> Int? {
        let etag = bare(etag)
        return etag.lastIndex(of: "-").flatMap { Int(etag[etag.index(after: $0)...]) }
    }

    /// Whether two mean the same, with quotation marks or without.
    package static func areEqual(_ one: String, _ other: String) -> Bool { bare(one) == bare(other) }

    private static func bare(_ etag: String) -> Substring {
        var etag = etag[...]
        if etag.hasPrefix("\"") { etag.removeFirst() }
        if etag.hasSuffix("\"") { etag.removeLast() }
        return etag
    }

    private static func bytes(_ digits: Substring) -> [UInt8]? {
        let digits = Array(digits.utf8)
        guard digits.count == 32 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}
