// SPDX-License-Identifier: Apache-2.0

/// Names of KMS keys (KMS Developer Guide, "Key identifiers").
enum KMSKeyName {
    /// Key id (also multi-Region), key or alias ARN, or alias.
    static func isValid(_ name: String) -> Bool {
        guard (1...2_048).contains(name.utf8.count) else { return false }
        guard name.hasPrefix("arn:") else { return isKey(name[...]) || isAlias(name[...]) }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[1] == "aws" || parts[1].hasPrefix("aws-"), parts[2] == "kms" else { return false }
        guard !parts[3].isEmpty, parts[3].utf8.allSatisfy(isNameByte) else { return false }
        guard parts[4].utf8.count == 12, parts[4].utf8.allSatisfy(isDigit) else { return false }
        return parts[5].hasPrefix("key/") ? isKey(parts[5].dropFirst(4)) : isAlias(parts[5])
    }

    private static func isKey(_ id: Substring) -> Bool {
        if id.hasPrefix("mrk-") {
            return id.utf8.count == 36 && id.utf8.dropFirst(4).allSatisfy(isHexadecimal)
        }
        let groups = id.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.utf8.allSatisfy(isHexadecimal) }
    }

    private static func isAlias(_ name: Substring) -> Bool {
        guard name.hasPrefix("alias/") else { return false }
        let rest = name.utf8.dropFirst(6)
        return (1...250).contains(rest.count) && rest.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "/") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
