// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Makes the lines of a batch of lines as people have them: a key, or an item as JSON.
///
/// A value that is given bytes and gives lines; each line of the input stays one line, so that numbers agree.
package struct ItemLines {
    /// Why a line cannot be sent.
    package struct NotText: Error, Equatable {
        /// Counted from 1.
        package let line: Int

        package init(line: Int) {
            self.line = line
        }
    }

    /// Lines that were given whole.
    package private(set) var count = 0
    private var begun: [UInt8] = []

    package init() {}

    /// Takes some bytes of the input.
    ///
    /// - Returns: The lines that end in them, as NDJSON.
    /// - Throws: ``NotText`` for a key that is no UTF-8.
    package mutating func add(_ bytes: ByteBuffer) throws(NotText) -> ByteBuffer {
        var lines = ByteBuffer()
        lines.reserveCapacity(bytes.readableBytes * 2)
        var rest = bytes.readableBytesView[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            begun.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            try write(to: &lines)
        }
        begun.append(contentsOf: rest)
        return lines
    }

    /// The last line, if the input did not end with an end of line.
    package mutating func finish() throws(NotText) -> ByteBuffer {
        var lines = ByteBuffer()
        if !begun.isEmpty { try write(to: &lines) }
        return lines
    }

    private mutating func write(to lines: inout ByteBuffer) throws(NotText) {
        count += 1
        if begun.last == UInt8(ascii: "\r") { begun.removeLast() }
        defer { begun.removeAll(keepingCapacity: true) }
        // An object is sent as it is: what is wrong with it, the gateway says. An empty line means nothing to it.
        if begun.isEmpty || begun[0] == UInt8(ascii: "{") {
            lines.writeBytes(begun)
        } else {
            guard String(validating: begun, as: UTF8.self) != nil else { throw NotText(line: count) }
            lines.writeStaticString(#"{"key":""#)
            for byte in begun { Self.escape(byte, to: &lines) }
            lines.writeStaticString(#""}"#)
        }
        lines.writeInteger(UInt8(ascii: "\n"))
    }

    /// RFC 8259, section 7.
    private static func escape(_ byte: UInt8, to lines: inout ByteBuffer) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            lines.writeInteger(UInt8(ascii: "\\"))
            lines.writeInteger(byte)
        case 0..<0x20:
            lines.writeStaticString(#"\u00"#)
            for nibble in [byte >> 4, byte & 0xF] {
                lines.writeInteger(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
            }
        default: lines.writeInteger(byte)
        }
    }
}
