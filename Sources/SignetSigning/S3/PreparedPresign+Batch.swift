// SPDX-License-Identifier: Apache-2.0

extension PreparedPresign {
    /// Signs keys in chunks, and lends their encoded paths with the leading slash, in order.
    ///
    /// - Parameters:
    ///   - lengths: Bytes that a key may have.
    ///   - kernels: What to hash with, as `SHA256Kernel.preferred`; empty: OpenSSL, a key after the other.
    ///   - body: Gets a key's index, and `nil` for the path of a key of a wrong length.
    func withSignatures(
        of keys: [String],
        lengths: ClosedRange<Int>,
        kernels: [SHA256Kernel],
        _ body: (_ index: Int, _ path: UnsafeRawBufferPointer?, _ signature: SHA256Digest) -> Void
    ) {
        // An operation on the bucket has an empty key, so that nothing in a batch of them differs.
        guard !kernels.isEmpty, lengths.lowerBound > 0 else {
            for (index, key) in keys.enumerated() {
                guard lengths.contains(key.utf8.count) else {
                    body(index, nil, SHA256Digest())
                    continue
                }
                withSignature(of: key) { body(index, $0, $1) }
            }
            return
        }
        var longestKey = 0
        for key in keys where lengths.contains(key.utf8.count) { longestKey = max(longestKey, key.utf8.count) }
        let groups = SigningGroups(
            furtherBlocks: string.end.count / SHA256Padding.blockLength + 1,
            headCount: requestHead.count,
            tailCount: requestTail.count
        )
        let scratch = BatchScratch(
            keyCount: keys.count,
            longest: room(forKeyOf: longestKey),
            longestKey: longestKey * 3
        )
        // Made when they have a group to sign, which those for the rest may never have.
        var signers = [GroupSigner?](repeating: nil, count: kernels.count)
        var start = 0
        while start < keys.count {
            let count = encode(keys, from: start, lengths: lengths, into: scratch)
            sign(scratch, sorted: scratch.sort(count), groups: groups, kernels: kernels) { index in
                if let signer = signers[index] { return signer }
                let signer = GroupSigner(self, kernel: kernels[index], groups: groups, longestKey: longestKey * 3)
                signers[index] = signer
                return signer
            }
            for index in 0..<count {
                let item = scratch.items[index]
                guard item.length > 0, let signatures = scratch.signatures.baseAddress else {
                    body(start + index, nil, SHA256Digest())
                    continue
                }
                let pathStart = item.offset + requestHead.count - 1
                body(
                    start + index,
                    UnsafeRawBufferPointer(rebasing: scratch.requests[pathStart...pathStart + item.length]),
                    SHA256Digest(copying: signatures + index * SHA256Digest.byteCount)
                )
            }
            start += count
        }
    }

    /// Completes a canonical request by what stands behind the key, and pads it.
    ///
    /// - Parameters:
    ///   - start: Everything up to the end of the path.
    ///   - request: Where all of it goes.
    /// - Returns: Its blocks.
    @inline(__always)
    func finishRequest(_ start: UnsafeRawBufferPointer, in request: UnsafeMutableRawBufferPointer) -> Int {
        let count = request.append(requestTail, at: request.append(start, at: 0))
        return SHA256Padding.pad(request, count: count, hashed: 0) / SHA256Padding.blockLength
    }

    /// Bytes that a key may need: its request up to the path's end, and to the end of that block.
    @inline(__always)
    private func room(forKeyOf length: Int) -> Int {
        let block = SHA256Padding.blockLength
        return (requestHead.count + length * 3 + 2 * block - 1) / block * block
    }

    /// Encodes keys as long as there is room, each behind the head of its canonical request.
    ///
    /// - Returns: How many.
    private func encode(
        _ keys: [String],
        from start: Int,
        lengths: ClosedRange<Int>,
        into scratch: borrowing BatchScratch
    ) -> Int {
        var (count, offset) = (0, 0)
        while count < scratch.items.count, start + count < keys.count {
            var key = keys[start + count]
            let length = key.utf8.count
            guard lengths.contains(length) else {
                scratch.items[count] = BatchScratch.Item()
                count += 1
                continue
            }
            guard offset + room(forKeyOf: length) <= scratch.requests.count else { break }
            let pathStart = scratch.requests.append(requestHead, at: offset)
            let target = UnsafeMutableRawBufferPointer(rebasing: scratch.requests[pathStart...])
            let written = key.withUTF8 {
                PercentEncoding.write(UnsafeRawBufferPointer($0), to: target, keepsSlash: true)
            }
            scratch.items[count] = BatchScratch.Item(offset: offset, length: written)
            let block = SHA256Padding.blockLength
            offset += (requestHead.count + written + 2 * block - 1) / block * block
            count += 1
        }
        return count
    }

    private func sign(
        _ scratch: borrowing BatchScratch,
        sorted count: Int,
        groups: SigningGroups,
        kernels: [SHA256Kernel],
        _ signer: (_ index: Int) -> GroupSigner
    ) {
        var next = 0
        for (index, kernel) in kernels.enumerated() where next < count {
            let rest = index + 1 < kernels.count ? kernels[index + 1] : nil
            let restCost = rest.map { $0.blockCost / $0.lanes } ?? 100
            while next < count {
                let lengths = UnsafeMutableBufferPointer(rebasing: scratch.lengths[next..<count])
                let taken = groups.next(lengths, for: kernel, restCost: restCost)
                guard taken > 0 else { break }
                if taken == 1 {
                    signAlone(scratch, at: next)
                } else {
                    signer(index).sign(scratch, from: next, count: taken)
                }
                next += taken
            }
        }
        while next < count {
            signAlone(scratch, at: next)
            next += 1
        }
    }

    /// Signs one of the sorted items through OpenSSL.
    private func signAlone(_ scratch: borrowing BatchScratch, at position: Int) {
        let index = scratch.order[position]
        let item = scratch.items[index]
        let count = requestHead.count + item.length
        let start = UnsafeRawBufferPointer(rebasing: scratch.requests[item.offset..<item.offset + count])
        let capacity = count + requestTail.count + SHA256Padding.longest
        let signature = withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) { request in
            let blocks = finishRequest(start, in: request)
            var hash = SHA256Hash()
            hash.update(blocks: UnsafeRawBufferPointer(rebasing: request[..<(blocks * SHA256Padding.blockLength)]))
            return string.signature(ofRequest: hash.digestOfPaddedBlocks)
        }
        signature.withUnsafeBytes { bytes in
            _ = scratch.signatures.append(bytes, at: index * SHA256Digest.byteCount)
        }
    }
}
