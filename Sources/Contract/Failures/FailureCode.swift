// SPDX-License-Identifier: Apache-2.0

/// A stable name for why something was not done; the same on Kafka, over HTTP, in events and in metrics.
///
/// Codes are added, never renamed. A reader that meets an unknown one treats it as `internal`.
package struct FailureCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    // The record or body as a whole.
    /// The bytes are no message of the expected type.
    package static let malformed = FailureCode(rawValue: "malformed")
    /// A job kind, version or operation that this worker does not know.
    package static let unsupported = FailureCode(rawValue: "unsupported")
    /// A required field is missing or empty.
    package static let missingField = FailureCode(rawValue: "missing_field")
    /// A field has a value of the wrong type.
    package static let invalidType = FailureCode(rawValue: "invalid_type")
    /// A field has a value that is not allowed, where no code below says it better.
    package static let invalidValue = FailureCode(rawValue: "invalid_value")
    /// Two fields exclude each other.
    package static let conflictingFields = FailureCode(rawValue: "conflicting_fields")
    /// More items than one record may carry.
    package static let tooManyItems = FailureCode(rawValue: "too_many_items")

    // Values.
    package static let invalidBucket = FailureCode(rawValue: "invalid_bucket")
    package static let unknownRegion = FailureCode(rawValue: "unknown_region")
    package static let invalidEndpoint = FailureCode(rawValue: "invalid_endpoint")
    package static let invalidKey = FailureCode(rawValue: "invalid_key")
    package static let invalidExpiry = FailureCode(rawValue: "invalid_expiry")
    package static let invalidStorageClass = FailureCode(rawValue: "invalid_storage_class")
    package static let invalidEncryption = FailureCode(rawValue: "invalid_encryption")
    package static let invalidKMSKey = FailureCode(rawValue: "invalid_kms_key")
    package static let invalidHeader = FailureCode(rawValue: "invalid_header")
    package static let invalidMetadata = FailureCode(rawValue: "invalid_metadata")
    package static let invalidLength = FailureCode(rawValue: "invalid_length")
    package static let invalidQuery = FailureCode(rawValue: "invalid_query")
    package static let invalidAccessKey = FailureCode(rawValue: "invalid_access_key")
    package static let invalidDomain = FailureCode(rawValue: "invalid_domain")
    package static let invalidARN = FailureCode(rawValue: "invalid_arn")
    package static let invalidTime = FailureCode(rawValue: "invalid_time")
    package static let invalidChecksum = FailureCode(rawValue: "invalid_checksum")
    package static let invalidCopySource = FailureCode(rawValue: "invalid_copy_source")
    package static let invalidPart = FailureCode(rawValue: "invalid_part")
    package static let invalidTagging = FailureCode(rawValue: "invalid_tagging")
    package static let invalidObjectLock = FailureCode(rawValue: "invalid_object_lock")
    package static let invalidField = FailureCode(rawValue: "invalid_field")
    package static let invalidCondition = FailureCode(rawValue: "invalid_condition")
    package static let invalidResource = FailureCode(rawValue: "invalid_resource")
    package static let invalidIPRange = FailureCode(rawValue: "invalid_ip_range")
    package static let invalidKeyPair = FailureCode(rawValue: "invalid_key_pair")

    // Time.
    /// The signing time lies more than 5 minutes ahead of the worker's clock.
    package static let signingTimeInFuture = FailureCode(rawValue: "signing_time_in_future")
    /// The deadline lies before the signing time or more than 24 h after it.
    package static let invalidDeadline = FailureCode(rawValue: "invalid_deadline")
    /// The job's deadline passed before it ran.
    package static let expired = FailureCode(rawValue: "expired")

    // Credentials.
    /// No profile of that name, or not for this caller.
    package static let unknownProfile = FailureCode(rawValue: "unknown_profile")
    /// The credential's own end lies before the signing time.
    package static let credentialExpired = FailureCode(rawValue: "credential_expired")
    /// A sealed credential that no key of this worker opens.
    package static let sealBroken = FailureCode(rawValue: "seal_broken")
    /// A sealed credential that was sealed for something else.
    package static let sealScope = FailureCode(rawValue: "seal_scope")

    // S3 itself.
    /// S3 knows no such upload: it was completed or aborted, or never began.
    package static let uploadNotFound = FailureCode(rawValue: "upload_not_found")
    /// There is no object to copy.
    package static let sourceNotFound = FailureCode(rawValue: "source_not_found")
    package static let bucketNotFound = FailureCode(rawValue: "bucket_not_found")
    /// The credential may not do what the job needs.
    package static let accessDenied = FailureCode(rawValue: "access_denied")
    /// The bucket lies in another region than the job says.
    package static let wrongRegion = FailureCode(rawValue: "wrong_region")
    /// An endpoint that workers may sign for but not send requests to.
    package static let endpointNotAllowed = FailureCode(rawValue: "endpoint_not_allowed")
    /// S3 has another part, or none, where the job names one.
    package static let partMismatch = FailureCode(rawValue: "part_mismatch")
    /// The parts are not as many bytes as the job says.
    package static let sizeMismatch = FailureCode(rawValue: "size_mismatch")
    /// A condition of the job, such as ifNoneMatch, does not hold.
    package static let preconditionFailed = FailureCode(rawValue: "precondition_failed")
    /// S3 cannot be reached, or cannot answer for now.
    package static let s3Unavailable = FailureCode(rawValue: "s3_unavailable")
    /// S3 refused for a reason that has no code here; the message holds S3's.
    package static let s3Refused = FailureCode(rawValue: "s3_refused")
    /// A place that workers do not send webhooks to.
    package static let webhookNotAllowed = FailureCode(rawValue: "webhook_not_allowed")
    /// Nobody took the webhook, again and again.
    package static let webhookFailed = FailureCode(rawValue: "webhook_failed")

    // Delivery.
    /// A reply topic that `replies.allowed` does not match.
    package static let replyTopicNotAllowed = FailureCode(rawValue: "reply_topic_not_allowed")
    /// The answer does not fit the broker's message size even when split.
    package static let replyTooLarge = FailureCode(rawValue: "reply_too_large")
    /// The topic that the reply shall go to does not exist.
    package static let unknownReplyTopic = FailureCode(rawValue: "unknown_reply_topic")
    /// Reply or event could not be written, again and again; the job itself may be fine.
    package static let undeliverable = FailureCode(rawValue: "undeliverable")
    /// Workers ended, time and again, while they had the job: it is not run any more.
    package static let quarantined = FailureCode(rawValue: "quarantined")
    /// Our own mistake; the log of the process that answered has the cause.
    package static let `internal` = FailureCode(rawValue: "internal")
}
