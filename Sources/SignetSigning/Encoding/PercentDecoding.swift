// SPDX-License-Identifier: Apache-2.0

/// Percent-decoding as servers do it before they check a signature (RFC 3986, section 2.1).
enum PercentDecoding {
    /// - Parameter plusIsSpace: As in queries of forms, which servers read all queries as.
    /// - Returns: `nil` if a percent sign is not followed by two hexadecimal digits.
    static func bytes(_ text: some StringProtocol, plusIsSpace: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(value), let low = rest.next().flatMap(value) else { return nil }
                result.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: result.append(UInt8(ascii: " "))
            default: result.append(byte)
            }
        }
        return result
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension PercentEncoding {
    /// Encodes bytes that need not be UTF-8.
    static func encode(_ bytes: [UInt8], keepsSlash: Bool) -> String {
        bytes.withUnsafeBytes { source in
            String(unsafeUninitializedCapacity: source.count * 3) { target in
                write(source, to: UnsafeMutableRawBufferPointer(target), keepsSlash: keepsSlash)
            }
        }
    }
}
