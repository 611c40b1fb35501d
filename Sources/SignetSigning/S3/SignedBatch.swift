// SPDX-License-Identifier: Apache-2.0

/// Keys that were signed together, in their order: of each what `sign(key:)` would give or throw. Shows only how many
/// they are: a signature opens an object to its bearer.
public struct SignedBatch: Sendable, RandomAccessCollection, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// 32 bytes for each key, without gaps; zeroes for a key that is refused.
    public private(set) var signatures: [UInt8] = []
    /// The encoded keys with their slashes, without gaps; nothing for a key that is refused.
    private(set) var paths: [UInt8] = []
    /// Where in `paths` each ends.
    private var ends: [Int] = []
    /// The keys that are refused, by their index.
    public private(set) var failures: [Int: SigningError] = [:]

    /// An empty batch with room.
    init(keyCount: Int, byteCount: Int) {
        signatures.reserveCapacity(keyCount * SHA256Digest.byteCount)
        paths.reserveCapacity(byteCount + keyCount)
        ends.reserveCapacity(keyCount)
    }

    mutating func append(path: UnsafeRawBufferPointer, signature: SHA256Digest) {
        signature.withUnsafeBytes { signatures.append(contentsOf: $0) }
        paths.append(contentsOf: path)
        ends.append(paths.count)
    }

    mutating func append(failure: SigningError) {
        failures[ends.count] = failure
        signatures.append(contentsOf: repeatElement(0, count: SHA256Digest.byteCount))
        ends.append(paths.count)
    }

    /// Always 0.
    public var startIndex: Int { 0 }
    /// Keys that were given.
    public var endIndex: Int { ends.count }

    /// The signed key of an index, or why it is refused.
    public subscript(index: Int) -> Result<SignedObject, SigningError> {
        if let failure = failures[index] { return .failure(failure) }
        return withPath(at: index) { path in
            let start = index * SHA256Digest.byteCount
            let signature = signatures.withUnsafeBytes { bytes in
                var digest = SHA256Digest()
                withUnsafeMutableBytes(of: &digest.words) {
                    _ = $0.append(UnsafeRawBufferPointer(rebasing: bytes[start..<start + $0.count]), at: 0)
                }
                return digest
            }
            return .success(SignedObject(path: String(copying: path), signature: signature))
        }
    }

    /// Lends the encoded key of an index with its leading slash; empty if the key is refused.
    public func withPath<Value>(at index: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let start = index == 0 ? 0 : ends[index - 1]
        return paths.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<ends[index]])) }
    }

    /// Says how many.
    public var description: String { "SignedBatch(\(count) keys, \(failures.count) refused)" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows how many.
    public var customMirror: Mirror { Mirror(self, children: ["count": count, "refused": failures.count]) }
}
