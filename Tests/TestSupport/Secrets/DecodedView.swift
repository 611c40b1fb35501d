// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Some bytes with their escapes taken away. What is no escape stays as it is.
struct DecodedView {
    /// Empty for the bytes themselves.
    let name: String
    let bytes: Data

    /// The bytes, and each different text that decoding them gives, in either order and up to twice.
    static func all(of data: Data) -> [DecodedView] {
        let percent = percentDecoded(data)
        let json = jsonUnescaped(data)
        let views = [
            DecodedView(name: "", bytes: data),
            DecodedView(name: "percent-decoded", bytes: percent),
            DecodedView(name: "percent-decoded twice", bytes: percentDecoded(percent)),
            DecodedView(name: "JSON-unescaped", bytes: json),
            DecodedView(name: "JSON-unescaped twice", bytes: jsonUnescaped(json)),
            DecodedView(name: "JSON-unescaped, percent-decoded", bytes: percentDecoded(json)),
            DecodedView(name: "percent-decoded, JSON-unescaped", bytes: jsonUnescaped(percent)),
        ]
        var seen: Set<Data> = []
        return views.filter { seen.insert($0.bytes).inserted }
    }

    private static func percentDecoded(_ data: Data) -> Data {
        let bytes = [UInt8](data)
        guard bytes.contains(UInt8(ascii: "%")) else { return data }
        var result = Data(capacity: bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), let value = hexValue(bytes, at: index + 1, digits: 2) {
                result.append(UInt8(value))
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static let jsonEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12,
        UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]

    private static func jsonUnescaped(_ data: Data) -> Data {
        let bytes = [UInt8](data)
        guard bytes.contains(UInt8(ascii: "\\")) else { return data }
        var result = Data(capacity: bytes.count)
        var units: [UInt16] = []
        func flush() {
            result.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
            units = []
        }
        var index = 0
        while index < bytes.count {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if bytes[index] == UInt8(ascii: "\\"), next == UInt8(ascii: "u"),
                let value = hexValue(bytes, at: index + 2, digits: 4)
            {
                // Two escapes in a row may be one character.
                units.append(UInt16(value))
                index += 6
                continue
            }
            flush()
            if bytes[index] == UInt8(ascii: "\\"), let character = jsonEscapes[next] {
                result.append(character)
                index += 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        flush()
        return result
    }

    private static func hexValue(_ bytes: [UInt8], at start: Int, digits: Int) -> Int? {
        guard start + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[start..<start + digits] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value * 16 + digit
        }
        return value
    }
}
