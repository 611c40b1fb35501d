// SPDX-License-Identifier: Apache-2.0

/// Signs as many keys at once as a kernel has lanes, or twice as many of one length. The steps of a signature are three
/// hashes, each of which the lanes take together: the canonical request, HMAC's inner hash of the string to sign, HMAC's
/// outer hash.
final class GroupSigner {
    private let lanes: SHA256Lanes
    private let prepared: PreparedPresign
    private let groups: SigningGroups
    /// States before the requests, the strings' ends and the outer blocks.
    private let states: (request: SHA256Words, inner: SHA256Words, outer: SHA256Words)
    /// All of the following in one piece: a batch of few keys feels each allocation.
    private let memory: UnsafeMutableRawBufferPointer
    /// The requests of one set of lanes that share no tail; each has its part.
    private let requests: UnsafeMutableRawBufferPointer
    private let requestStride: Int
    private let requestDigests: UnsafeMutableRawBufferPointer
    /// The end of the string to sign for each lane: complete but for the digits.
    private let strings: UnsafeMutableRawBufferPointer
    private let stringStride: Int
    /// HMAC's outer block for each lane: complete but for the inner digest.
    private let outers: UnsafeMutableRawBufferPointer
    private let tail: UnsafeMutableRawBufferPointer
    private let schedule: UnsafeMutableRawBufferPointer
    /// The length of the keys whose tail was expanded last.
    private var scheduledLength = -1
    private var scheduledBlocks = 0

    /// - Parameter longestKey: Bytes of an encoded key at most.
    init(_ prepared: PreparedPresign, kernel: SHA256Kernel, groups: SigningGroups, longestKey: Int) {
        let lanes = SHA256Lanes(kernel)
        let block = SHA256Padding.blockLength
        let end = prepared.string.end
        self.prepared = prepared
        self.groups = groups
        states = (SHA256Hash().words, prepared.string.inner.words, prepared.string.key.outer.words)
        // An odd number of blocks spreads the lanes over the sets of the cache.
        requestStride = (groups.blocks(ofLength: longestKey) | 1) * block
        stringStride = end.count
        let scheduleCount = (groups.tailCount / block + 2) * 64 * MemoryLayout<UInt32>.stride
        let requestCount = kernel.lanes * requestStride
        let perLane = SHA256Digest.byteCount + stringStride + block
        // Every part may end within a block.
        let tailCount = groups.tailCount + SHA256Padding.longest
        let byteCount = requestCount + lanes.count * perLane + tailCount + scheduleCount + 6 * block
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: block)
        var offset = 0
        func part(_ count: Int) -> UnsafeMutableRawBufferPointer {
            defer { offset += (count + block - 1) / block * block }
            return UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + count])
        }
        requests = part(requestCount)
        requestDigests = part(lanes.count * SHA256Digest.byteCount)
        strings = part(lanes.count * stringStride)
        outers = part(lanes.count * block)
        tail = part(tailCount)
        schedule = part(scheduleCount)
        self.memory = memory
        outers.initializeMemory(as: UInt8.self, repeating: 0)
        for lane in 0..<lanes.count {
            _ = strings.append(end, at: lane * stringStride)
            _ = SHA256Padding.pad(
                UnsafeMutableRawBufferPointer(rebasing: outers[(lane * block)...]),
                count: SHA256Digest.byteCount,
                hashed: block
            )
        }
        self.lanes = lanes
    }

    deinit {
        memory.deallocate()
    }

    /// Signs the next of the sorted items of a chunk.
    func sign(_ scratch: borrowing BatchScratch, from start: Int, count: Int) {
        hashRequests(scratch, from: start, count: count)

        let block = SHA256Padding.blockLength
        guard let strings = strings.baseAddress, let outers = outers.baseAddress,
            let digests = requestDigests.baseAddress, let signatures = scratch.signatures.baseAddress
        else { return }
        for lane in 0..<count {
            let end = strings + lane &* stringStride
            let digest = UnsafeRawPointer(digests + lane &* SHA256Digest.byteCount)
            SHA256Digest.writeHexadecimal(of: digest, to: end + prepared.string.digitsOffset)
            lanes.set(lane, message: end, blocks: stringStride / block, digest: outers + lane &* block)
        }
        lanes.hash(count, from: states.inner)
        for lane in 0..<count {
            let signature = signatures + scratch.order[start &+ lane] &* SHA256Digest.byteCount
            lanes.set(lane, message: outers + lane &* block, blocks: 1, digest: signature)
        }
        lanes.hash(count, from: states.outer)
    }

    private func hashRequests(_ scratch: borrowing BatchScratch, from start: Int, count: Int) {
        guard let source = scratch.requests.baseAddress, let digests = requestDigests.baseAddress else { return }
        let length = scratch.lengths[start]
        guard length == scratch.lengths[start &+ count &- 1], groups.haveTail(ofLength: length) else {
            for lane in 0..<count {
                let item = scratch.items[scratch.order[start &+ lane]]
                let request = UnsafeMutableRawBufferPointer(rebasing: requests[(lane &* requestStride)...])
                let blocks = prepared.finishRequest(
                    UnsafeRawBufferPointer(start: source + item.offset, count: groups.headCount &+ item.length),
                    in: request
                )
                guard let message = request.baseAddress else { return }
                lanes.set(lane, message: message, blocks: blocks, digest: digests + lane &* SHA256Digest.byteCount)
            }
            lanes.hash(count, from: states.request)
            return
        }
        let own = groups.ownBlocks(ofLength: length)
        let end = groups.headCount &+ length
        let missing = own &* SHA256Padding.blockLength &- end
        for lane in 0..<count {
            let item = scratch.items[scratch.order[start &+ lane]]
            let request = source + item.offset
            prepared.requestTail.withUnsafeBytes { tail in
                guard let tail = tail.baseAddress else { return }
                (request + end).copyMemory(from: tail, byteCount: missing)
            }
            lanes.set(lane, message: request, blocks: own, digest: digests + lane &* SHA256Digest.byteCount)
        }
        guard let schedule = tailSchedule(length: length, from: missing) else { return }
        lanes.hash(count, from: states.request, then: schedule)
    }

    /// The blocks that requests of a length have in common, expanded once for the groups of this length.
    private func tailSchedule(length: Int, from first: Int) -> SHA256Schedule? {
        guard let tail = tail.baseAddress,
            let words = schedule.assumingMemoryBound(to: UInt32.self).baseAddress
        else { return nil }
        if length == scheduledLength { return SHA256Schedule(words: words, count: scheduledBlocks) }
        let end = groups.headCount &+ length
        let blocks = groups.blocks(ofLength: length) &- groups.ownBlocks(ofLength: length)
        // Its padding counts what stands before it, which is in whole blocks only from `first` on.
        prepared.requestTail.withUnsafeBytes { requestTail in
            let whole = UnsafeMutableRawBufferPointer(start: tail, count: self.tail.count)
            let rest = UnsafeRawBufferPointer(rebasing: requestTail[first...])
            _ = whole.append(rest, at: 0)
            _ = SHA256Padding.pad(whole, count: rest.count, hashed: end &+ first)
        }
        scheduledLength = length
        scheduledBlocks = blocks
        return SHA256Schedule(message: tail, count: blocks, into: words)
    }
}
