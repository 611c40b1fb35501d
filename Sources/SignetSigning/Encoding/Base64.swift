// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding (RFC 4648, section 4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        encode(bytes, alphabet: alphabet, padding: UInt8(ascii: "="))
    }

    /// - Parameter alphabet: 64 ASCII characters.
    static func encode(_ bytes: some Collection<UInt8>, alphabet: [UInt8], padding: UInt8) -> String {
        let text = bytes.withContiguousStorageIfAvailable { write($0, alphabet: alphabet, padding: padding) }
        return text ?? Array(bytes).withUnsafeBufferPointer { write($0, alphabet: alphabet, padding: padding) }
    }

    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, alphabet: [UInt8], padding: UInt8) -> String {
        let count = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: count) { text in
            alphabet.withUnsafeBufferPointer { alphabet in
                var position = 0
                for index in stride(from: 0, to: bytes.count, by: 3) {
                    let given = min(3, bytes.count - index)
                    let second = given > 1 ? bytes[index + 1] : 0
                    let third = given > 2 ? bytes[index + 2] : 0
                    text[position] = alphabet[Int(bytes[index] >> 2)]
                    text[position + 1] = alphabet[Int((bytes[index] & 0x03) << 4 | second >> 4)]
                    text[position + 2] = given > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : padding
                    text[position + 3] = given > 2 ? alphabet[Int(third & 0x3F)] : padding
                    position += 4
                }
            }
            return count
        }
    }

    /// How many bytes a text stands for; `nil` if it is no base64.
    static func decodedCount(of text: some Collection<UInt8>) -> Int? {
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard !text.isEmpty, text.count % 4 == 0, text.dropLast(padding).allSatisfy(alphabet.contains) else {
            return nil
        }
        return text.count / 4 * 3 - padding
    }
}
