// SPDX-License-Identifier: Apache-2.0

/// The fields of a policy with the conditions that they need: S3 refuses a field without one.
struct POSTForm {
    /// In order, the key first.
    private(set) var fields: [POSTPolicy.Pair]
    /// Without those of the bucket and of the signature.
    private(set) var conditions: [POSTCondition]

    /// Names that policies set themselves, lower case.
    private static let reserved: Set<String> = [
        "key", "bucket", "policy", "file", "x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date",
        "x-amz-security-token", "x-amz-s3session-token",
    ]
    private static let ignored = "x-ignore-"

    init(_ policy: POSTPolicy) throws(SigningError) {
        fields = [("key", policy.key)]
        conditions = [try Self.condition(ofKey: policy.key)]
        var given: [String: String] = [:]
        for (name, value) in policy.fields {
            try Self.check(name, .invalidField, "fields")
            guard given.updateValue(value, forKey: name.lowercased()) == nil else {
                throw SigningError(.invalidField, parameter: "fields", message: "the field \(name) is given twice")
            }
        }
        let demanded = try Self.check(policy.conditions, given: given)
        for (name, value) in policy.fields {
            fields.append((name, value))
            if name.lowercased().hasPrefix(Self.ignored) || demanded.contains(name.lowercased()) { continue }
            conditions.append(try Self.exact(name, value, .invalidField, "fields"))
        }
        for condition in policy.conditions {
            conditions.append(condition)
            if case .exact(let field, let value) = condition, given[field.lowercased()] == nil {
                fields.append((field, value))
            }
        }
    }

    private static func condition(ofKey key: String) throws(SigningError) -> POSTCondition {
        func invalid(_ message: String) -> SigningError {
            SigningError(.invalidKey, parameter: "key", message: message)
        }
        let longest = S3PresignTemplate.longestKey
        // By bytes: as characters, a dollar sign may belong to what stands before it.
        let isPrefix = key.utf8.suffix(POSTPolicy.fileName.utf8.count).elementsEqual(POSTPolicy.fileName.utf8)
        let fixed = isPrefix ? String(decoding: key.utf8.dropLast(POSTPolicy.fileName.utf8.count), as: UTF8.self) : key
        guard !hasFileName(fixed) else {
            throw invalid("\(POSTPolicy.fileName) may stand at the end of a key only, for S3 puts another text there")
        }
        guard isPrefix || !key.isEmpty else {
            throw invalid("the key is empty; \(POSTPolicy.fileName) lets the client choose any")
        }
        // A name of one byte must still fit behind a prefix.
        guard fixed.utf8.count <= (isPrefix ? longest - 1 : longest) else {
            throw invalid("a key has at most \(longest) bytes of UTF-8, with the file's name at its end if it has one")
        }
        return isPrefix ? .startsWith(field: "key", prefix: fixed) : .exact(field: "key", value: key)
    }

    /// - Returns: The fields that conditions are about, lower case.
    private static func check(
        _ conditions: [POSTCondition],
        given: [String: String]
    ) throws(SigningError) -> Set<String> {
        func invalid(_ message: String) -> SigningError {
            SigningError(.invalidCondition, parameter: "conditions", message: message)
        }
        var demanded: Set<String> = []
        var hasLength = false
        for condition in conditions {
            if let field = condition.field {
                try check(field, .invalidCondition, "conditions")
                guard !field.lowercased().hasPrefix(ignored) else {
                    throw invalid("\(field) needs no condition: fields named \(ignored)… are free")
                }
                guard demanded.insert(field.lowercased()).inserted else {
                    throw invalid("there are two conditions for the field \(field)")
                }
            }
            switch condition {
            case .exact(let field, let value):
                _ = try exact(field, value, .invalidCondition, "conditions")
                guard given[field.lowercased()].map({ $0.utf8.elementsEqual(value.utf8) }) ?? true else {
                    throw invalid("the field \(field) is given with another value than its condition allows")
                }
            case .startsWith(let field, let prefix):
                guard given[field.lowercased()].map({ $0.utf8.starts(with: prefix.utf8) }) ?? true else {
                    throw invalid("the field \(field) is given with a value that does not begin as its condition wants")
                }
            case .contentLength(let least, let most):
                guard !hasLength else { throw invalid("there are two ranges for the file's length") }
                hasLength = true
                guard 0 <= least, least <= most, most <= S3ObjectOptions.largestPut else {
                    throw invalid(
                        "the file's length goes from 0 at least to \(S3ObjectOptions.largestPut) bytes (5 GiB) at most, "
                            + "the smaller bound first"
                    )
                }
            }
        }
        return demanded
    }

    private static func exact(
        _ field: String,
        _ value: String,
        _ code: SigningError.Code,
        _ parameter: String
    ) throws(SigningError) -> POSTCondition {
        // S3 puts the file's name there before it compares, in all fields.
        guard !hasFileName(value) else {
            throw SigningError(
                code,
                parameter: parameter,
                message: "\(field) holds \(POSTPolicy.fileName), which S3 replaces: no exact value matches; "
                    + "use a starts-with condition"
            )
        }
        return .exact(field: field, value: value)
    }

    private static func check(
        _ name: String,
        _ code: SigningError.Code,
        _ parameter: String
    ) throws(SigningError) {
        guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy(isNameCharacter) else {
            throw SigningError(
                code,
                parameter: parameter,
                message: "a field's name consists of letters, digits, hyphens, dots and underscores"
            )
        }
        guard !reserved.contains(name.lowercased()) else {
            throw SigningError(code, parameter: parameter, message: "\(name) is set by the policy itself; leave it out")
        }
    }

    private static func hasFileName(_ text: String) -> Bool {
        Array(text.utf8).firstRange(of: Array(POSTPolicy.fileName.utf8)) != nil
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
