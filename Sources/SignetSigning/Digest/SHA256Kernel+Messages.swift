// SPDX-License-Identifier: Apache-2.0

extension SHA256Kernel {
    /// Hashes messages of any lengths, as many at once as there are lanes: the kernel without what is built on it.
    package func hash(_ messages: [[UInt8]]) -> [SHA256Digest] {
        hash(messages, in: SHA256Lanes(self)) { lanes, used in
            lanes.hash(used, from: SHA256Hash().words)
        }
    }

    /// Hashes messages of whole blocks, equally many in each and at least one, behind each of which stands `tail`.
    package func hash(_ heads: [[UInt8]], then tail: [UInt8]) -> [SHA256Digest] {
        var end = tail + [UInt8](repeating: 0, count: SHA256Padding.longest)
        let padded = end.withUnsafeMutableBytes {
            SHA256Padding.pad($0, count: tail.count, hashed: heads.first?.count ?? 0)
        }
        let blocks = padded / SHA256Padding.blockLength
        let words = UnsafeMutableRawBufferPointer.allocate(byteCount: blocks * 256, alignment: 64)
        defer { words.deallocate() }
        return end.withUnsafeBytes { end in
            guard let message = end.baseAddress, let room = words.assumingMemoryBound(to: UInt32.self).baseAddress
            else { return [] }
            let schedule = SHA256Schedule(message: message, count: blocks, into: room)
            return hash(heads, isPadded: true, in: SHA256Lanes(self)) { lanes, used in
                lanes.hash(used, from: SHA256Hash().words, then: schedule)
            }
        }
    }

    private func hash(
        _ messages: [[UInt8]],
        isPadded: Bool = false,
        in lanes: consuming SHA256Lanes,
        _ run: (_ lanes: borrowing SHA256Lanes, _ used: Int) -> Void
    ) -> [SHA256Digest] {
        let digests = UnsafeMutableRawBufferPointer.allocate(
            byteCount: messages.count * SHA256Digest.byteCount,
            alignment: 1
        )
        defer { digests.deallocate() }
        guard let target = digests.baseAddress, !messages.isEmpty else { return [] }
        for start in stride(from: 0, to: messages.count, by: lanes.count) {
            let group = messages[start..<min(start + lanes.count, messages.count)]
            let copies = group.map { message in
                let room = message.count + SHA256Padding.longest
                let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
                return UnsafeMutableRawBufferPointer(rebasing: copy[..<copy.append(message, at: 0)])
            }
            defer { for copy in copies { copy.baseAddress?.deallocate() } }
            for (lane, copy) in copies.enumerated() {
                guard let message = copy.baseAddress else { continue }
                let room = UnsafeMutableRawBufferPointer(start: message, count: copy.count + SHA256Padding.longest)
                let count = isPadded ? copy.count : SHA256Padding.pad(room, count: copy.count, hashed: 0)
                lanes.set(
                    lane,
                    message: message,
                    blocks: count / SHA256Padding.blockLength,
                    digest: target + (start + lane) * SHA256Digest.byteCount
                )
            }
            run(lanes, group.count)
        }
        return messages.indices.map { SHA256Digest(copying: target + $0 * SHA256Digest.byteCount) }
    }
}
