// SPDX-License-Identifier: Apache-2.0

extension JSONText {
    /// In ASCII alone: whatever a reader takes for the encoding of a document, it reads the same string.
    static func asciiString(_ text: String) -> String {
        var result = ""
        for unit in string(text).utf16 {
            if let scalar = Unicode.Scalar(unit), scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u" + Hexadecimal.text([UInt8(unit >> 8), UInt8(unit & 0xFF)])
            }
        }
        return result
    }
}
