// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation

/// The parts of one reply that was split because of its size, until all are there.
///
/// A value: parts come in any order and any number of times.
package struct ReplyAssembly {
    /// Parts of a reply at most: far above what 500 items can need.
    package static let maximumParts: UInt32 = 1_000

    private var parts: [UInt32: Reply] = [:]

    package init() {}

    /// Takes a part.
    ///
    /// - Returns: The whole reply once its last part is there.
    package mutating func add(_ part: Reply) -> Reply? {
        guard part.parts > 1, !part.hasFailure else { return part }
        guard part.part < part.parts, part.parts <= Self.maximumParts else { return nil }
        // A job that was redelivered to another worker may have been cut otherwise: the newer cut counts.
        if parts.values.first.map({ $0.parts != part.parts }) ?? false { parts.removeAll() }
        parts[part.part] = part
        guard parts.count == Int(part.parts), var whole = parts[0] else { return nil }
        for index in 1..<part.parts {
            guard let next = parts[index] else { return nil }
            whole.s3Signing.append(next.s3Signing)
        }
        whole.part = 0
        whole.parts = 1
        return whole
    }
}

extension S3SigningResult {
    /// Appends another result's items; what they share comes along, for a part need not repeat all of it.
    fileprivate mutating func append(_ other: S3SigningResult) {
        let offset = shared == other.shared ? 0 : UInt32(truncatingIfNeeded: shared.count)
        if offset > 0 { shared.append(contentsOf: other.shared) }
        for item in other.items {
            var item = item
            item.shared = item.shared &+ offset
            items.append(item)
        }
        signatures.append(other.signatures)
    }
}
