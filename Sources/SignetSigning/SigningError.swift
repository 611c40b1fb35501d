// SPDX-License-Identifier: Apache-2.0

/// Why something cannot be signed: which input is wrong, and what to do about it.
public struct SigningError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable name for the kind of mistake.
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public var description: String { rawValue }

        public static let invalidBucket = Code(rawValue: "invalid_bucket")
        public static let unknownRegion = Code(rawValue: "unknown_region")
        public static let invalidEndpoint = Code(rawValue: "invalid_endpoint")
        public static let invalidKey = Code(rawValue: "invalid_key")
        public static let invalidExpiry = Code(rawValue: "invalid_expiry")
        public static let invalidTime = Code(rawValue: "invalid_time")
        public static let invalidStorageClass = Code(rawValue: "invalid_storage_class")
        public static let invalidEncryption = Code(rawValue: "invalid_encryption")
        public static let invalidKMSKey = Code(rawValue: "invalid_kms_key")
        public static let invalidHeader = Code(rawValue: "invalid_header")
        public static let invalidMetadata = Code(rawValue: "invalid_metadata")
        public static let invalidQuery = Code(rawValue: "invalid_query")
        public static let invalidOption = Code(rawValue: "invalid_value")
        public static let invalidLength = Code(rawValue: "invalid_length")
        public static let invalidAccessKey = Code(rawValue: "invalid_access_key")
        public static let invalidDomain = Code(rawValue: "invalid_domain")
        public static let credentialExpired = Code(rawValue: "credential_expired")
    }

    public let code: Code
    /// The argument that is wrong, e.g. `bucket`.
    public let parameter: String
    /// What is wrong and what to do about it. Never holds a secret.
    public let message: String

    public init(_ code: Code, parameter: String, message: String) {
        self.code = code
        self.parameter = parameter
        self.message = message
    }

    public var description: String { "\(code) (\(parameter)): \(message)" }
}
