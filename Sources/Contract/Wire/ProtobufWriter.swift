// SPDX-License-Identifier: Apache-2.0

/// Writes fields of Protobuf one after the other (Protocol Buffers, "Encoding"), for the replies that are written most.
/// Reused, so that it allocates nothing once it has grown.
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends fields that are written already.
    package mutating func append(_ fields: [UInt8]) {
        bytes.append(contentsOf: fields)
    }

    /// Writes a field of bytes, a text or a message; an empty one is left out, as proto3 has it.
    package mutating func write(_ value: UnsafeRawBufferPointer, field: UInt32) {
        if value.isEmpty { return }
        begin(field: field, count: value.count)
        bytes.append(contentsOf: value)
    }

    /// Writes the tag and the length of a field whose bytes follow.
    package mutating func begin(field: UInt32, count: Int) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(count))
    }

    /// Writes an integer; 0 is left out.
    package mutating func write(_ value: UInt64, field: UInt32) {
        if value == 0 { return }
        varint(UInt64(field) << 3)
        varint(value)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Bytes of a field of so many bytes; 0 for none, which is left out.
    package static func size(of count: Int, field: UInt32) -> Int {
        count == 0 ? 0 : varintSize(UInt64(field) << 3 | 2) + varintSize(UInt64(count)) + count
    }

    private static func varintSize(_ value: UInt64) -> Int {
        value == 0 ? 1 : (70 - value.leadingZeroBitCount) / 7
    }
}
