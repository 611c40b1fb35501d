// SPDX-License-Identifier: Apache-2.0

/// Reads the commonest item of a batch without making values of it: an object of a key and perhaps an id, both ASCII and
/// without escapes. Whatever else there is, it leaves to the parser of all JSON.
package enum PlainItemScanner {
    package struct Item: Equatable {
        /// Empty: it has none.
        package var id = 0..<0
        /// Not empty.
        package var key = 0..<0
    }

    /// - Returns: Where id and key lie; `nil` for an item of another kind, or none at all.
    package static func scan(_ bytes: UnsafeRawBufferPointer) -> Item? {
        var cursor = Cursor(bytes: bytes)
        var item = Item()
        guard cursor.take(UInt8(ascii: "{")) else { return nil }
        repeat {
            guard let name = cursor.string(), cursor.take(UInt8(ascii: ":")), let value = cursor.string(),
                !value.isEmpty
            else { return nil }
            if item.key.isEmpty, bytes[name].elementsEqual("key".utf8) {
                item.key = value
            } else if item.id.isEmpty, bytes[name].elementsEqual("id".utf8) {
                item.id = value
            } else {
                return nil
            }
        } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "}")), cursor.isAtEnd, !item.key.isEmpty else { return nil }
        return item
    }

    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        private var position = 0

        init(bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return position == bytes.count
            }
        }

        mutating func take(_ byte: UInt8) -> Bool {
            skipSpace()
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        /// Where the content of a string lies.
        mutating func string() -> Range<Int>? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            let start = position
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "\""):
                    position += 1
                    return start..<position - 1
                case UInt8(ascii: "\\"), 0..<0x20, 0x80...: return nil
                default: position += 1
                }
            }
            return nil
        }

        private mutating func skipSpace() {
            while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        }
    }
}
