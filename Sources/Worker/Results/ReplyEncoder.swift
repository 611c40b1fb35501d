// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import SwiftProtobuf

/// Writes a reply as one record, or as several if it would exceed the broker's message size.
struct ReplyEncoder {
    /// Bytes of a record's value at most.
    let maximumBytes: Int

    /// Encodes a reply.
    ///
    /// - Returns: The values of the records, in the order of their items.
    func encode(_ reply: Reply, as format: WireFormat) -> [[UInt8]] {
        do {
            var reply = reply
            if format == .json, case .s3Signing(let result) = reply.result {
                reply.s3Signing = try ReplyJoiner(result).joined()
            }
            let whole = try format.encode(reply)
            if whole.count <= maximumBytes { return [whole] }
            return try split(reply, as: format, parts: whole.count / maximumBytes + 1)
        } catch {
            return [failed(reply, as: format, .internal, "the reply could not be written")]
        }
    }

    /// Cuts the items into `parts` runs, and into more where a run is still too large.
    private func split(_ reply: Reply, as format: WireFormat, parts: Int) throws -> [[UInt8]] {
        let items = reply.s3Signing.items.count
        guard parts <= items else {
            return [
                failed(reply, as: format, .replyTooLarge, "an item's answer exceeds the broker's message.max.bytes")
            ]
        }
        let length = (items + parts - 1) / parts
        let runs = stride(from: 0, to: items, by: length).map { $0..<min($0 + length, items) }
        var values: [[UInt8]] = []
        for (index, run) in runs.enumerated() {
            var part = reply
            part.part = UInt32(index)
            part.parts = UInt32(runs.count)
            part.s3Signing.items = Array(reply.s3Signing.items[run])
            if !reply.s3Signing.signatures.isEmpty {
                let signatures = reply.s3Signing.signatures
                let start = signatures.startIndex + run.lowerBound * ReplyJoiner.signatureLength
                part.s3Signing.signatures =
                    Data(signatures[start..<start + run.count * ReplyJoiner.signatureLength])
            }
            let value = try format.encode(part)
            // Items differ in length: try again with shorter runs.
            if value.count > maximumBytes { return try split(reply, as: format, parts: parts * 2) }
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
