// SPDX-License-Identifier: Apache-2.0

/// Keys that were signed together, in their order: of each what `sign(key:)` would give or throw. Shows only how many
/// they are: a signature opens an object to its bearer.
public struct SignedBatch: Sendable, RandomAccessCollection, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// All in one piece, for a batch of few keys feels each allocation: the signatures, where the path of each ends
    /// (an integer), the paths.
    private var storage: [UInt8]
    private let capacity: Int
    /// Keys that were given.
    public private(set) var count = 0
    /// The keys that are refused, by their index.
    public private(set) var failures: [Int: SigningError] = [:]

    /// An empty batch with room.
    ///
    /// - Parameters:
    ///   - capacity: Keys that will be appended.
    ///   - byteCount: Their bytes, if nothing in them needs to be encoded; more take another allocation.
    init(capacity: Int, byteCount: Int) {
        self.capacity = capacity
        let fixed = capacity * Self.fixedCount
        storage = Array(unsafeUninitializedCapacity: fixed + byteCount + capacity) { bytes, count in
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[..<fixed])
                .initializeMemory(as: UInt8.self, repeating: 0)
            count = fixed
        }
    }

    /// A batch of one key, which feels every step most.
    init(path: UnsafeRawBufferPointer, signature: SHA256Digest) {
        capacity = 1
        count = 1
        storage = Array(unsafeUninitializedCapacity: Self.fixedCount + path.count) { bytes, count in
            let bytes = UnsafeMutableRawBufferPointer(bytes)
            signature.withUnsafeBytes { _ = bytes.append($0, at: 0) }
            bytes.storeBytes(of: path.count, toByteOffset: SHA256Digest.byteCount, as: Int.self)
            count = bytes.append(path, at: Self.fixedCount)
        }
    }

    private static let fixedCount = SHA256Digest.byteCount + MemoryLayout<Int>.size

    private func offsetOfEnd(_ index: Int) -> Int {
        capacity * SHA256Digest.byteCount + index * MemoryLayout<Int>.size
    }

    mutating func append(path: UnsafeRawBufferPointer, signature: SHA256Digest) {
        storage.append(contentsOf: path)
        finish(signature)
    }

    mutating func append(failure: SigningError) {
        failures[count] = failure
        finish(SHA256Digest())
    }

    private mutating func finish(_ signature: SHA256Digest) {
        let (index, end, offset) = (count, pathsCount, offsetOfEnd(count))
        storage.withUnsafeMutableBytes { storage in
            signature.withUnsafeBytes { _ = storage.append($0, at: index * SHA256Digest.byteCount) }
            storage.storeBytes(of: end, toByteOffset: offset, as: Int.self)
        }
        count += 1
    }

    private var pathsCount: Int { storage.count - capacity * Self.fixedCount }

    /// 32 bytes for each key, without gaps; zeroes for a key that is refused.
    public var signatures: ArraySlice<UInt8> { storage[..<(count * SHA256Digest.byteCount)] }

    /// Always 0.
    public var startIndex: Int { 0 }
    /// Keys that were given.
    public var endIndex: Int { count }

    /// The signed key of an index, or why it is refused.
    public subscript(index: Int) -> Result<SignedObject, SigningError> {
        if let failure = failures[index] { return .failure(failure) }
        let signature = signatures[(index * SHA256Digest.byteCount)...].withUnsafeBytes { bytes in
            bytes.baseAddress.map(SHA256Digest.init(copying:)) ?? SHA256Digest()
        }
        return withPath(at: index) { .success(SignedObject(path: String(copying: $0), signature: signature)) }
    }

    /// Lends the encoded key of an index with its leading slash; empty if the key is refused.
    public func withPath<Value>(at index: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        precondition(indices.contains(index), "an index out of the batch")
        let paths = capacity * Self.fixedCount
        return storage.withUnsafeBytes { storage in
            let start = index == 0 ? 0 : storage.loadUnaligned(fromByteOffset: offsetOfEnd(index - 1), as: Int.self)
            let end = storage.loadUnaligned(fromByteOffset: offsetOfEnd(index), as: Int.self)
            return body(UnsafeRawBufferPointer(rebasing: storage[paths + start..<paths + end]))
        }
    }

    /// Says how many.
    public var description: String { "SignedBatch(\(count) keys, \(failures.count) refused)" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows how many.
    public var customMirror: Mirror { Mirror(self, children: ["count": count, "refused": failures.count]) }
}
