// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes

/// Codes that only HTTP has.
extension FailureCode {
    /// No such path.
    static let notFound = FailureCode(rawValue: "not_found")
    /// No job of that id, or one that was forgotten.
    static let unknownJob = FailureCode(rawValue: "unknown_job")
    /// A job that has ended already and so cannot be cancelled.
    static let alreadyEnded = FailureCode(rawValue: "already_ended")
    /// Kafka keeps the results no longer.
    static let resultGone = FailureCode(rawValue: "result_gone")
    /// The path knows other methods: see `Allow`.
    static let methodNotAllowed = FailureCode(rawValue: "method_not_allowed")
    /// The body is not `application/json`.
    static let unsupportedMediaType = FailureCode(rawValue: "unsupported_media_type")
    /// The body is longer than `http.maxBodyBytes`.
    static let bodyTooLarge = FailureCode(rawValue: "body_too_large")
    /// Keys came with the request but the gateway has no key to seal them to.
    static let sealingNotConfigured = FailureCode(rawValue: "sealing_not_configured")
    /// The job could not be delivered to Kafka.
    static let brokerUnavailable = FailureCode(rawValue: "broker_unavailable")
    /// As many requests as the gateway takes are in flight.
    static let overloaded = FailureCode(rawValue: "overloaded")
    /// A client that sends items and does not read their results.
    static let unreadResults = FailureCode(rawValue: "unread_results")
    /// A request with this Idempotency-Key is being answered.
    static let requestInProgress = FailureCode(rawValue: "request_in_progress")
    /// An Idempotency-Key that another request had.
    static let idempotencyKeyReused = FailureCode(rawValue: "idempotency_key_reused")
    /// A refresh token that was changed, or is of other gateways or another tenant.
    static let invalidToken = FailureCode(rawValue: "invalid_token")
    /// A refresh token whose time is over.
    static let tokenExpired = FailureCode(rawValue: "token_expired")
    /// A batch has no item of that id.
    static let unknownItem = FailureCode(rawValue: "unknown_item")
    /// Items of a batch that did not come within the job's deadline.
    static let inputTooSlow = FailureCode(rawValue: "input_too_slow")
    /// The gateway is stopping or has not started.
    static let notReady = FailureCode(rawValue: "not_ready")

    /// The status that a failure has over HTTP: the one place where codes become statuses.
    ///
    /// Refused values are 400, refused rights 403. `internal`, keys that no worker can open and codes that are not known here are answered as our own mistakes.
    var httpStatus: HTTPResponse.Status {
        switch self {
        case .malformed, .unsupported, .missingField, .invalidType, .invalidValue, .conflictingFields,
            .invalidBucket, .unknownRegion, .invalidEndpoint, .invalidKey, .invalidExpiry, .invalidStorageClass,
            .invalidEncryption, .invalidKMSKey, .invalidHeader, .invalidMetadata, .invalidLength, .invalidQuery,
            .invalidAccessKey, .invalidDomain, .invalidARN, .invalidTime, .invalidChecksum, .invalidCopySource,
            .invalidPart, .invalidTagging, .invalidObjectLock, .invalidField, .invalidCondition, .invalidResource,
            .invalidIPRange, .invalidKeyPair, .signingTimeInFuture,
            .invalidDeadline,
            .sealingNotConfigured, .wrongRegion:
            .badRequest
        case .unknownProfile, .credentialExpired, .sealScope, .replyTopicNotAllowed, .unknownReplyTopic, .invalidToken,
            .accessDenied, .endpointNotAllowed, .webhookNotAllowed:
            .forbidden
        case .notFound, .unknownJob, .unknownItem, .uploadNotFound, .bucketNotFound,
            .sourceNotFound:
            .notFound
        case .alreadyEnded, .requestInProgress, .partMismatch, .sizeMismatch:
            .conflict
        case .idempotencyKeyReused:
            .unprocessableContent
        case .resultGone, .tokenExpired:
            .gone
        case .methodNotAllowed:
            .methodNotAllowed
        case .bodyTooLarge, .replyTooLarge, .tooManyItems:
            .contentTooLarge
        case .unsupportedMediaType:
            .unsupportedMediaType
        case .brokerUnavailable, .overloaded, .notReady, .s3Unavailable:
            .serviceUnavailable
        case .preconditionFailed:
            .preconditionFailed
        case .s3Refused, .webhookFailed:
            .badGateway
        case .inputTooSlow:
            .requestTimeout
        case .expired:
            .gatewayTimeout
        default:
            .internalServerError
        }
    }

    /// A short title for people, the same at each occurrence: `invalid_kms_key` → `Invalid kms key`.
    var title: String {
        let words = rawValue.replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
