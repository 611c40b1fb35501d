// SPDX-License-Identifier: Apache-2.0

/// Cuts keys that are sorted by length into groups for a kernel.
struct SigningGroups {
    /// Blocks of a signature besides the canonical request: the end of the string to sign, and HMAC's outer hash.
    let furtherBlocks: Int
    /// Bytes of a canonical request before and behind the key's encoded bytes.
    let headCount: Int
    let tailCount: Int

    /// Blocks of a canonical request.
    @inline(__always)
    func blocks(ofLength length: Int) -> Int {
        (headCount &+ length &+ tailCount &+ 9 &+ 63) / SHA256Padding.blockLength
    }

    /// Blocks from the start that hold something of the key.
    @inline(__always)
    func ownBlocks(ofLength length: Int) -> Int {
        (headCount &+ length &+ 63) / SHA256Padding.blockLength
    }

    /// Whether requests of this length have whole blocks in common.
    @inline(__always)
    func haveTail(ofLength length: Int) -> Bool {
        let own = ownBlocks(ofLength: length)
        return own < blocks(ofLength: length) && own &* SHA256Padding.blockLength &- headCount &- length <= tailCount
    }

    /// How many of the next keys a kernel should take together: at most its lanes, or two sets of them for keys of one
    /// length; 0 when all are better left to the next way, 1 when the first is better signed alone.
    ///
    /// - Parameters:
    ///   - lengths: Of the keys' encoded bytes, ascending, not empty.
    ///   - restCost: What a block of a key costs that this kernel leaves, as `SHA256Kernel.blockCost`.
    func next(_ lengths: some RandomAccessCollection<Int>, for kernel: SHA256Kernel, restCost: Int) -> Int {
        let most = min(kernel.lanes, lengths.count)
        let isLast = lengths.count < kernel.lanes
        let first = lengths[lengths.startIndex]
        if !isLast, first == lengths[lengths.index(lengths.startIndex, offsetBy: most &- 1)] {
            // Two sets of lanes, if that many are of one length.
            guard lengths.count >= 2 &* most else { return most }
            let last = lengths[lengths.index(lengths.startIndex, offsetBy: 2 &* most &- 1)]
            return first == last ? 2 &* most : most
        }
        // A key that waits for the next group costs a lane there; a last one costs what is left to the next way.
        let waiting = isLast ? restCost : max(1, kernel.blockCost / kernel.lanes)
        var best = most
        var bestCost = Int.max
        var left = 0
        for count in stride(from: most, through: isLast ? 0 : 1, by: -1) {
            let cost: Int
            switch count {
            case 0: cost = left &* waiting
            case 1: cost = 100 &* totalBlocks(first) &+ left &* waiting
            default:
                let last = lengths[lengths.index(lengths.startIndex, offsetBy: count &- 1)]
                cost = self.cost(of: kernel, first: first, last: last) &+ left &* waiting
            }
            if cost < bestCost { (best, bestCost) = (count, cost) }
            if count > 0 {
                left &+= totalBlocks(lengths[lengths.index(lengths.startIndex, offsetBy: count &- 1)])
            }
        }
        return best
    }

    private func totalBlocks(_ length: Int) -> Int { blocks(ofLength: length) &+ furtherBlocks }

    private func cost(of kernel: SHA256Kernel, first: Int, last: Int) -> Int {
        guard first == last, haveTail(ofLength: last) else { return kernel.blockCost &* totalBlocks(last) }
        let own = ownBlocks(ofLength: last)
        return kernel.blockCost &* (own &+ furtherBlocks)
            &+ kernel.sharedBlockCost &* (blocks(ofLength: last) &- own)
    }
}
