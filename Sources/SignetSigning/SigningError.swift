// SPDX-License-Identifier: Apache-2.0

/// Why something cannot be signed: which input is wrong, and what to do about it.
public struct SigningError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable name for the kind of mistake.
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// E.g. `invalid_bucket`.
        public let rawValue: String

        /// A code of any name; those of this module are its constants.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The name.
        public var description: String { rawValue }

        /// A bucket's name breaks the rules for names.
        public static let invalidBucket = Code(rawValue: "invalid_bucket")
        /// A region is neither known nor of a known form.
        public static let unknownRegion = Code(rawValue: "unknown_region")
        /// An endpoint is no URL of a host, or the addressing style does not fit it.
        public static let invalidEndpoint = Code(rawValue: "invalid_endpoint")
        /// A key is empty or too long.
        public static let invalidKey = Code(rawValue: "invalid_key")
        /// A lifetime is out of 1 to 604,800 seconds.
        public static let invalidExpiry = Code(rawValue: "invalid_expiry")
        /// A time lies out of 1970 to 9999.
        public static let invalidTime = Code(rawValue: "invalid_time")
        /// There is no such storage class, or not in this kind of bucket.
        public static let invalidStorageClass = Code(rawValue: "invalid_storage_class")
        /// A KMS key is given without SSE-KMS.
        public static let invalidEncryption = Code(rawValue: "invalid_encryption")
        /// A KMS key is neither id, ARN nor alias.
        public static let invalidKMSKey = Code(rawValue: "invalid_kms_key")
        /// A header has a wrong name or value, stands twice, or cannot be signed.
        public static let invalidHeader = Code(rawValue: "invalid_header")
        /// Metadata has a wrong name or value, or is too large.
        public static let invalidMetadata = Code(rawValue: "invalid_metadata")
        /// A query parameter has no name, or one of the signature's.
        public static let invalidQuery = Code(rawValue: "invalid_query")
        /// An option does not belong to the operation.
        public static let invalidOption = Code(rawValue: "invalid_value")
        /// A body is larger than one PUT can carry.
        public static let invalidLength = Code(rawValue: "invalid_length")
        /// An access key or secret is empty, too long or of a wrong form.
        public static let invalidAccessKey = Code(rawValue: "invalid_access_key")
        /// A CDN's domain is no host name.
        public static let invalidDomain = Code(rawValue: "invalid_domain")
        /// A checksum is no base64 of the length that its algorithm gives.
        public static let invalidChecksum = Code(rawValue: "invalid_checksum")
        /// What is to be copied is not named by bucket and key.
        public static let invalidCopySource = Code(rawValue: "invalid_copy_source")
        /// A part's number or an upload's id is missing or out of range.
        public static let invalidPart = Code(rawValue: "invalid_part")
        /// Tags are too many, too long, or one has no name.
        public static let invalidTagging = Code(rawValue: "invalid_tagging")
        /// An object lock is incomplete or of an unknown mode.
        public static let invalidObjectLock = Code(rawValue: "invalid_object_lock")
        /// The ARN names nothing that requests can be sent to.
        public static let invalidARN = Code(rawValue: "invalid_arn")
        /// The credential has ended.
        public static let credentialExpired = Code(rawValue: "credential_expired")
        /// A method is not of capital letters.
        public static let invalidMethod = Code(rawValue: "invalid_method")
        /// A host is empty, or holds more than name and port.
        public static let invalidHost = Code(rawValue: "invalid_host")
        /// A path has no leading slash, or is wrongly encoded.
        public static let invalidPath = Code(rawValue: "invalid_path")
        /// A body's hash is not of 64 hexadecimal digits.
        public static let invalidPayloadHash = Code(rawValue: "invalid_payload_hash")
        /// A URL is none of HTTP, or holds what must be encoded.
        public static let invalidURL = Code(rawValue: "invalid_url")
        /// A request that is to be verified has no signature, or two.
        public static let missingSignature = Code(rawValue: "missing_signature")
        /// A part of a signature is missing, stands twice or has a wrong form.
        public static let invalidSignature = Code(rawValue: "invalid_signature")
        /// A form's field has a wrong name or value, or the form is too large.
        public static let invalidField = Code(rawValue: "invalid_field")
        /// A policy's condition contradicts itself, another one or a field.
        public static let invalidCondition = Code(rawValue: "invalid_condition")
    }

    /// What callers branch on.
    public let code: Code
    /// The argument that is wrong, e.g. `bucket`.
    public let parameter: String
    /// What is wrong and what to do about it. Never holds a secret.
    public let message: String

    /// An error about one argument.
    public init(_ code: Code, parameter: String, message: String) {
        self.code = code
        self.parameter = parameter
        self.message = message
    }

    /// Code, argument and message.
    public var description: String { "\(code) (\(parameter)): \(message)" }
}
