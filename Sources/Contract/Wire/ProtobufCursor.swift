// SPDX-License-Identifier: Apache-2.0

/// How the value of a field is written (Protocol Buffers, "Encoding").
enum ProtobufWireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
}

/// Walks the fields of a message; never leaves its range, whatever the bytes say.
struct ProtobufCursor {
    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position >= end }

    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func tag() -> (field: UInt64, type: ProtobufWireType)? {
        guard let value = varint(), let type = ProtobufWireType(rawValue: value & 7) else { return nil }
        return (value >> 3, type)
    }

    mutating func range() -> Range<Int>? {
        guard let length = varint(), length <= UInt64(end - position) else { return nil }
        defer { position += Int(length) }
        return position..<position + Int(length)
    }

    mutating func skip(_ type: ProtobufWireType) -> Bool {
        switch type {
        case .varint: return varint() != nil
        case .bytes: return range() != nil
        case .fixed64: return advance(8)
        case .fixed32: return advance(4)
        }
    }

    private mutating func advance(_ count: Int) -> Bool {
        guard count <= end - position else { return false }
        position += count
        return true
    }
}
