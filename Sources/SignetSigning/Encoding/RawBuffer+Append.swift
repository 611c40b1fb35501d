// SPDX-License-Identifier: Apache-2.0

extension UnsafeMutableRawBufferPointer {
    /// Copies bytes to an offset behind which there must be room; returns the offset after them.
    @inline(__always)
    func append(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
        UnsafeMutableRawBufferPointer(rebasing: self[offset...]).copyMemory(from: bytes)
        return offset &+ bytes.count
    }

    /// Copies bytes to an offset behind which there must be room; returns the offset after them.
    @inline(__always)
    func append(_ bytes: [UInt8], at offset: Int) -> Int {
        bytes.withUnsafeBytes { append($0, at: offset) }
    }
}

extension String {
    /// Copies UTF-8.
    @inline(__always)
    init(copying bytes: UnsafeRawBufferPointer) {
        self.init(unsafeUninitializedCapacity: bytes.count) { text in
            UnsafeMutableRawBufferPointer(text).append(bytes, at: 0)
        }
    }
}
