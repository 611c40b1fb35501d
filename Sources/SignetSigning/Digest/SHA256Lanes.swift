// SPDX-License-Identifier: Apache-2.0

internal import CSHA256

/// The lanes of a kernel: which message each hashes, how long it is, and where its digest goes.
struct SHA256Lanes: ~Copyable {
    let kernel: SHA256Kernel
    let count: Int
    /// One piece for the three: a batch of few keys feels each allocation.
    private let memory: UnsafeMutableRawPointer
    private let messages: UnsafeMutablePointer<UnsafePointer<UInt8>?>
    private let blocks: UnsafeMutablePointer<Int>
    private let digests: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>

    init(_ kernel: SHA256Kernel) {
        self.kernel = kernel
        count = kernel.lanes
        let stride = MemoryLayout<Int>.stride * count
        memory = .allocate(byteCount: 3 * stride, alignment: SHA256Padding.blockLength)
        messages = memory.initializeMemory(as: UnsafePointer<UInt8>?.self, repeating: nil, count: count)
        blocks = (memory + stride).initializeMemory(as: Int.self, repeating: 0, count: count)
        digests = (memory + 2 * stride)
            .initializeMemory(as: UnsafeMutablePointer<UInt8>?.self, repeating: nil, count: count)
    }

    deinit {
        memory.deallocate()
    }

    /// Gives a lane its message.
    ///
    /// - Parameters:
    ///   - message: Whole blocks, at least one, with their padding; lives as long as it is hashed.
    ///   - digest: Where 32 bytes go; not into a message.
    @inline(__always)
    func set(_ lane: Int, message: UnsafeRawPointer, blocks: Int, digest: UnsafeMutableRawPointer) {
        messages[lane] = message.assumingMemoryBound(to: UInt8.self)
        self.blocks[lane] = blocks
        digests[lane] = digest.assumingMemoryBound(to: UInt8.self)
    }

    /// Hashes the messages of the first lanes, each from the same state. The other lanes repeat the first.
    func hash(_ used: Int, from state: SHA256Words) {
        repeatFirst(from: used)
        withUnsafeBytes(of: state) { state in
            let state = state.assumingMemoryBound(to: UInt32.self).baseAddress
            signet_sha256_hash(kernel.native, state, messages, blocks, digests)
        }
    }

    /// The same for messages of equally many blocks that have a tail in common.
    func hash(_ used: Int, from state: SHA256Words, then tail: SHA256Schedule) {
        repeatFirst(from: used)
        withUnsafeBytes(of: state) { state in
            let state = state.assumingMemoryBound(to: UInt32.self).baseAddress
            signet_sha256_hash_with_tail(kernel.native, state, messages, blocks, tail.words, tail.count, digests)
        }
    }

    private func repeatFirst(from used: Int) {
        guard used < count else { return }
        for lane in used..<count {
            messages[lane] = messages[0]
            blocks[lane] = blocks[0]
            digests[lane] = digests[0]
        }
    }
}

/// Blocks that many messages end in, prepared once for all of them.
struct SHA256Schedule {
    /// 64 for each block, aligned to 16 bytes; borrowed.
    let words: UnsafeMutablePointer<UInt32>
    /// Blocks.
    let count: Int

    /// What was prepared before.
    init(words: UnsafeMutablePointer<UInt32>, count: Int) {
        self.words = words
        self.count = count
    }

    /// - Parameters:
    ///   - message: So many whole blocks.
    ///   - words: Room for 64 words for each, aligned to 16 bytes, which lives as long as this is used.
    init(message: UnsafeRawPointer, count: Int, into words: UnsafeMutablePointer<UInt32>) {
        self.words = words
        self.count = count
        signet_sha256_expand(message.assumingMemoryBound(to: UInt8.self), count, words)
    }
}
