// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// The items of a chunk while they are signed: those of one template wait for each other and are signed side by side.
struct SignedChunk {
    /// In the order of the job.
    var items: [SignedItem]
    /// What is wrong with items, by their index.
    var failures: [Int: FailureError] = [:]
    /// 32 bytes for each item; zeroes where it has none.
    private(set) var signatures: [UInt8]
    private var groups: [UInt32: Group] = [:]

    private struct Group {
        let template: S3PresignTemplate
        var indices: [Int] = []
        var keys: [String] = []
    }

    init(count: Int) {
        items = Array(repeating: SignedItem(), count: count)
        signatures = [UInt8](repeating: 0, count: count * ReplyJoiner.signatureLength)
    }

    /// Notes a key as one to be signed.
    ///
    /// - Parameter shared: Names the template within the reply.
    mutating func wait(_ index: Int, key: String, for template: S3PresignTemplate, shared: UInt32) {
        groups[shared, default: Group(template: template)].indices.append(index)
        groups[shared]?.keys.append(key)
    }

    /// Signs all keys that wait.
    ///
    /// - Parameter field: The field of an item that its key came from, for failures.
    mutating func signPrepared(field: (Int) -> String) {
        for group in groups.values {
            if group.keys.count == 1 {
                // A batch of one costs more than its one key.
                take(
                    Result { () throws(SigningError) in try group.template.sign(key: group.keys[0]) },
                    group.indices[0],
                    field
                )
                continue
            }
            let batch = group.template.sign(keys: group.keys)
            for (object, index) in zip(batch, group.indices) { take(object, index, field) }
        }
        groups = [:]
    }

    private mutating func take(
        _ result: Result<SignedObject, SigningError>,
        _ index: Int,
        _ field: (Int) -> String
    ) {
        switch result {
        case .success(let object):
            items[index].path = object.path
            let start = index * ReplyJoiner.signatureLength
            object.signature.withUnsafeBytes { bytes in
                signatures.withUnsafeMutableBytes { target in
                    UnsafeMutableRawBufferPointer(rebasing: target[start..<start + bytes.count]).copyMemory(from: bytes)
                }
            }
        case .failure(let error):
            failures[index] = FailureError(signing: error) { _ in field(index) }
        }
    }
}
