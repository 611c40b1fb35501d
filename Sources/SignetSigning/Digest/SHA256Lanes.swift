// SPDX-License-Identifier: Apache-2.0

internal import CSHA256

/// The lanes of a kernel, twice: which message each hashes, how long it is, and where its digest goes. Two sets, for some
/// kernels are faster with both.
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
        count = 2 * kernel.lanes
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

    /// Hashes the messages of the first lanes, each from the same state.
    func hash(_ used: Int, from state: SHA256Words) {
        let sets = fill(from: used)
        withUnsafeBytes(of: state) { state in
            let state = state.assumingMemoryBound(to: UInt32.self).baseAddress
            for first in stride(from: 0, to: sets &* kernel.lanes, by: kernel.lanes) {
                signet_sha256_hash(kernel.native, state, messages + first, blocks + first, digests + first)
            }
        }
    }

    /// The same for messages of equally many blocks that have a tail in common.
    func hash(_ used: Int, from state: SHA256Words, then tail: SHA256Schedule) {
        let sets = fill(from: used)
        withUnsafeBytes(of: state) { state in
            let state = state.assumingMemoryBound(to: UInt32.self).baseAddress
            signet_sha256_hash_with_tail(
                kernel.native,
                state,
                messages,
                blocks,
                tail.words,
                tail.count,
                digests,
                sets
            )
        }
    }

    /// Lets the lanes that are left in the last set do what its first does.
    ///
    /// - Returns: How many sets are used.
    private func fill(from used: Int) -> Int {
        let sets = used <= kernel.lanes ? 1 : 2
        let first = (sets &- 1) &* kernel.lanes
        for lane in used..<max(used, sets &* kernel.lanes) {
            messages[lane] = messages[first]
            blocks[lane] = blocks[first]
            digests[lane] = digests[first]
        }
        return sets
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
