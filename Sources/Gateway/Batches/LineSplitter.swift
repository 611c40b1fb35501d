// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes into the lines of NDJSON: a value, fed with whatever comes from the network.
package struct LineSplitter {
    /// Bytes of a line at most, without its end.
    package static let maximumLength = 65_536

    package enum Line: Equatable {
        /// Where the line lies in the bytes that were given.
        case whole(Range<Int>)
        /// A line that began in earlier bytes.
        case joined([UInt8])
        /// Longer than ``maximumLength``; it was passed over.
        case tooLong
    }

    /// The line that was given last, counted from 1.
    package private(set) var number = 0
    private var begun: [UInt8] = []
    private var isTooLong = false

    package init() {}

    /// The next line that ends in the bytes, without its end (`\n` or `\r\n`).
    ///
    /// - Parameter position: Where to go on; moved behind what was taken.
    /// - Returns: `nil` if no further line ends here; its beginning is kept.
    package mutating func next(in bytes: UnsafeRawBufferPointer, from position: inout Int) -> Line? {
        guard position < bytes.count else { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        guard let length = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            keep(rest)
            position = bytes.count
            return nil
        }
        let start = position
        position += length + 1
        guard begun.isEmpty, !isTooLong else {
            keep(UnsafeRawBufferPointer(rebasing: rest[..<length]))
            return take()
        }
        number += 1
        let hasReturn = length > 0 && rest[length - 1] == UInt8(ascii: "\r")
        let end = start + length - (hasReturn ? 1 : 0)
        return end - start > Self.maximumLength ? .tooLong : .whole(start..<end)
    }

    /// The last line, if the bytes did not end with an end of line.
    package mutating func finish() -> Line? {
        begun.isEmpty && !isTooLong ? nil : take()
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        // One more for a carriage return.
        if isTooLong || begun.count + bytes.count > Self.maximumLength + 1 {
            isTooLong = true
            begun = []
        } else {
            begun.append(contentsOf: bytes)
        }
    }

    private mutating func take() -> Line {
        number += 1
        if begun.last == UInt8(ascii: "\r") { begun.removeLast() }
        defer {
            begun = []
            isTooLong = false
        }
        return isTooLong || begun.count > Self.maximumLength ? .tooLong : .joined(begun)
    }
}
