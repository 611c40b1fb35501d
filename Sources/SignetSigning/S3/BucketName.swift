// SPDX-License-Identifier: Apache-2.0

/// The rules for a bucket's name (S3 User Guide, "General purpose bucket naming rules").
enum BucketName {
    /// What no bucket's name may begin with, whatever its kind.
    static let reservedPrefixes = ["xn--", "sthree-"]

    /// - Parameter isRelaxed: Accepts capitals and underscores too, as some other stores do in paths.
    static func check(_ name: String, isRelaxed: Bool) throws(SigningError) {
        func refuse(_ what: String) throws(SigningError) {
            throw SigningError(
                .invalidBucket,
                parameter: "bucket",
                message: "a bucket's name \(what) (S3 User Guide, bucket naming rules)"
            )
        }
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count) else { return try refuse("has 3 to 63 characters, not \(bytes.count)") }
        let isAllowed: (UInt8) -> Bool = { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): isRelaxed
            default: false
            }
        }
        guard bytes.allSatisfy(isAllowed) else {
            return try refuse("consists of lower-case letters, digits, hyphens and dots")
        }
        guard let first = bytes.first, let last = bytes.last, first.isLetterOrDigit, last.isLetterOrDigit else {
            return try refuse("begins and ends with a letter or digit")
        }
        if zip(bytes, bytes.dropFirst()).contains(where: { $0 == UInt8(ascii: ".") && $1 == UInt8(ascii: ".") }) {
            return try refuse("has no two dots in a row")
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4, parts.allSatisfy({ UInt8($0) != nil }) {
            return try refuse("is not formed like an IP address")
        }
        for prefix in reservedPrefixes where name.hasPrefix(prefix) {
            return try refuse("does not begin with the reserved \(prefix)")
        }
        for suffix in ["--ol-s3", ".mrap", "--table-s3"] where name.hasSuffix(suffix) {
            return try refuse(
                "does not end with \(suffix), which is reserved for another kind of bucket or access point"
            )
        }
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
