// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation
internal import SwiftProtobuf

/// Writes a reply as one record, or as several if it would exceed the broker's message size.
package struct ReplyEncoder: Sendable {
    /// Bytes of a record's value at most.
    let maximumBytes: Int

    package init(maximumBytes: Int) {
        self.maximumBytes = max(1, maximumBytes)
    }

    /// Encodes a reply.
    ///
    /// - Returns: The values of the records, in the order of their items.
    package func encode(_ reply: Reply, as format: WireFormat) -> [[UInt8]] {
        do {
            var reply = reply
            if format == .json, case .s3Signing(let result) = reply.result {
                reply.s3Signing = try ReplyJoiner(result).joined()
            }
            if format == .json, case .initiated(let upload) = reply.s3Multipart.outcome {
                reply.s3Multipart.initiated.window = try ReplyJoiner(upload.window).joined()
            }
            let whole = try format.encode(reply)
            if whole.count <= maximumBytes { return [whole] }
            let items = reply.s3Signing.items.count
            var length = items / (whole.count / maximumBytes + 1)
            while length > 0 {
                if let values = try parts(of: reply, as: format, length: length) { return values }
                length /= 2
            }
            // One item a part is the least.
            if items > 1, let values = try parts(of: reply, as: format, length: 1) { return values }
            return [
                failed(reply, as: format, .replyTooLarge, "an item's answer exceeds the broker's message.max.bytes")
            ]
        } catch {
            return [failed(reply, as: format, .internal, "the reply could not be written")]
        }
    }

    /// Cuts the items into runs of `length`.
    ///
    /// - Returns: `nil` if a run is still too large.
    private func parts(of reply: Reply, as format: WireFormat, length: Int) throws -> [[UInt8]]? {
        let items = reply.s3Signing.items.count
        let runs = stride(from: 0, to: items, by: length).map { $0..<min($0 + length, items) }
        var values: [[UInt8]] = []
        values.reserveCapacity(runs.count)
        for (index, run) in runs.enumerated() {
            var part = reply
            part.part = UInt32(truncatingIfNeeded: index)
            part.parts = UInt32(truncatingIfNeeded: runs.count)
            part.s3Signing = reply.s3Signing.part(run)
            let value = try format.encode(part)
            if value.count > maximumBytes { return nil }
            values.append(value)
        }
        return values
    }

    private func failed(_ reply: Reply, as format: WireFormat, _ code: FailureCode, _ message: String) -> [UInt8] {
        var failed = reply
        failed.result = nil
        failed.failure = Failure(FailureError(code, message: message))
        // A message of a few short fields: writing it cannot fail, and nobody could be told if it did.
        return (try? format.encode(failed)) ?? []
    }
}

extension S3SigningResult {
    /// Some of the items, with their signatures and with what they share.
    fileprivate func part(_ run: Range<Int>) -> S3SigningResult {
        var part = S3SigningResult()
        var places: [UInt32: UInt32] = [:]
        (part.fileSize, part.partSize) = (fileSize, partSize)
        part.items = items[run].map { item in
            guard !item.hasFailure, shared.indices.contains(Int(item.shared)) else { return item }
            var item = item
            if let place = places[item.shared] {
                item.shared = place
            } else {
                let place = UInt32(truncatingIfNeeded: part.shared.count)
                part.shared.append(shared[Int(item.shared)])
                places[item.shared] = place
                item.shared = place
            }
            return item
        }
        if !signatures.isEmpty {
            let start = signatures.startIndex + run.lowerBound * ReplyJoiner.signatureLength
            part.signatures = Data(signatures[start..<start + run.count * ReplyJoiner.signatureLength])
        }
        return part
    }
}
