// SPDX-License-Identifier: Apache-2.0

/// The memory in which a batch is signed, a chunk of keys after the other.
struct BatchScratch: ~Copyable {
    /// A key of a chunk.
    struct Item {
        /// Where the start of its canonical request, up to the end of its path, lies in `requests`.
        var offset = 0
        /// Encoded bytes; 0 for a key that is refused.
        var length = 0
    }

    /// Keys of a chunk at most: the more, the more are of one length.
    static let mostKeys = 1_024
    /// Bytes of requests in a chunk at most, for they are to stay in the processor's second cache.
    private static let mostBytes = 1 << 18

    let items: UnsafeMutableBufferPointer<Item>
    /// The items that are signed, the shortest first.
    let order: UnsafeMutableBufferPointer<Int>
    /// Their lengths in that order.
    let lengths: UnsafeMutableBufferPointer<Int>
    /// How many have a length, while they are sorted; all zero otherwise.
    let counts: UnsafeMutableBufferPointer<Int>
    let requests: UnsafeMutableRawBufferPointer
    /// 32 bytes for each item.
    let signatures: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - keyCount: Keys of the whole batch.
    ///   - longest: The most that a key's request needs of `requests`.
    ///   - longestKey: Bytes of an encoded key at most.
    init(keyCount: Int, longest: Int, longestKey: Int) {
        let count = min(keyCount, Self.mostKeys)
        items = .allocate(capacity: count)
        items.initialize(repeating: Item())
        order = .allocate(capacity: count)
        order.initialize(repeating: 0)
        lengths = .allocate(capacity: count)
        lengths.initialize(repeating: 0)
        counts = .allocate(capacity: longestKey + 1)
        counts.initialize(repeating: 0)
        requests = .allocate(byteCount: max(longest, min(longest * count, Self.mostBytes)), alignment: 64)
        signatures = .allocate(byteCount: count * SHA256Digest.byteCount, alignment: 64)
    }

    deinit {
        items.deallocate()
        order.deallocate()
        lengths.deallocate()
        counts.deallocate()
        requests.deallocate()
        signatures.deallocate()
    }

    /// Sorts the first items that have a length; those of one length stay in their order.
    ///
    /// - Returns: How many these are.
    func sort(_ count: Int) -> Int {
        var (least, most, total) = (Int.max, 0, 0)
        for item in items[..<count] where item.length > 0 {
            least = min(least, item.length)
            most = max(most, item.length)
            counts[item.length] &+= 1
            total &+= 1
        }
        guard total > 0 else { return 0 }
        var start = 0
        for length in least...most { (counts[length], start) = (start, start &+ counts[length]) }
        for (index, item) in items[..<count].enumerated() where item.length > 0 {
            let position = counts[item.length]
            order[position] = index
            lengths[position] = item.length
            counts[item.length] &+= 1
        }
        for length in least...most { counts[length] = 0 }
        return total
    }
}
