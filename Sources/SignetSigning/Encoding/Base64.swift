// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding (RFC 4648, section 4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            let second = group.count > 1 ? group[1] : 0
            let third = group.count > 2 ? group[2] : 0
            text.append(alphabet[Int(group[0] >> 2)])
            text.append(alphabet[Int((group[0] & 0x03) << 4 | second >> 4)])
            text.append(group.count > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : UInt8(ascii: "="))
            text.append(group.count > 2 ? alphabet[Int(third & 0x3F)] : UInt8(ascii: "="))
        }
        return String(decoding: text, as: UTF8.self)
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
