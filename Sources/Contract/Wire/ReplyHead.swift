// SPDX-License-Identifier: Apache-2.0

/// What tells to whom a `Reply` in Protobuf belongs, read without the rest of it.
package struct ReplyHead: Equatable {
    package private(set) var chunk: UInt32 = 0
    /// Records that the reply was cut into; 0 and 1 mean one.
    package private(set) var parts: UInt32 = 0

    /// Reads a record's value.
    ///
    /// - Returns: `nil` if it is no message; what its fields hold is not looked at.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        var cursor = ProtobufCursor(bytes, 0..<bytes.count)
        while !cursor.isAtEnd {
            guard let (field, type) = cursor.tag() else { return nil }
            switch (field, type) {
            case (3, .varint):
                guard let value = cursor.varint() else { return nil }
                chunk = UInt32(truncatingIfNeeded: value)
            case (6, .varint):
                guard let value = cursor.varint() else { return nil }
                parts = UInt32(truncatingIfNeeded: value)
            default:
                guard cursor.skip(type) else { return nil }
            }
        }
    }
}
