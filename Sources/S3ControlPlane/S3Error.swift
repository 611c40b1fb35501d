// SPDX-License-Identifier: Apache-2.0

/// Why a request to S3 came to nothing.
package struct S3Error: Error, Sendable, CustomStringConvertible {
    /// S3's own code, or one of ours.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        // S3's, as far as something depends on them (S3 API Reference, "Error responses").
        package static let accessDenied = Code(rawValue: "AccessDenied")
        package static let noSuchBucket = Code(rawValue: "NoSuchBucket")
        package static let noSuchKey = Code(rawValue: "NoSuchKey")
        package static let noSuchUpload = Code(rawValue: "NoSuchUpload")
        package static let invalidPart = Code(rawValue: "InvalidPart")
        package static let invalidPartOrder = Code(rawValue: "InvalidPartOrder")
        package static let entityTooSmall = Code(rawValue: "EntityTooSmall")
        package static let preconditionFailed = Code(rawValue: "PreconditionFailed")
        package static let slowDown = Code(rawValue: "SlowDown")

        // Ours.
        /// Nothing answers at the endpoint.
        package static let unreachable = Code(rawValue: "unreachable")
        /// No whole answer came in time.
        package static let timedOut = Code(rawValue: "timed_out")
        /// What answers is no S3, or its answer was cut off.
        package static let malformedAnswer = Code(rawValue: "malformed_answer")
        /// An endpoint that nobody allowed.
        package static let endpointNotAllowed = Code(rawValue: "endpoint_not_allowed")
        /// An endpoint that failed again and again is left alone for a while.
        package static let endpointResting = Code(rawValue: "endpoint_resting")
        /// An endpoint that is slow has as many jobs as it may have.
        package static let endpointBusy = Code(rawValue: "endpoint_busy")
        /// The bucket lies in another region: see ``S3Error/region``.
        package static let wrongRegion = Code(rawValue: "wrong_region")
        /// The request could not be signed.
        package static let unsignable = Code(rawValue: "unsignable")
    }

    package let code: Code
    /// What is wrong, with the remedy if it is ours.
    package let message: String
    /// Status of HTTP; `nil`: there was no answer.
    package let status: Int?
    /// S3's name of the request (`x-amz-request-id`).
    package let requestID: String?
    /// Where the bucket lies, if S3 said so.
    package let region: String?
    /// Whether the same request may succeed later.
    package let isRetriable: Bool
    /// Whether S3 may have done what was asked.
    package let isUnclear: Bool
    /// How long S3 wants to be left alone.
    package let retryAfter: Duration?
    package let cause: (any Error)?

    package init(
        _ code: Code,
        message: String,
        status: Int? = nil,
        requestID: String? = nil,
        region: String? = nil,
        isRetriable: Bool = false,
        isUnclear: Bool = false,
        retryAfter: Duration? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.requestID = requestID
        self.region = region
        self.isRetriable = isRetriable
        self.isUnclear = isUnclear
        self.retryAfter = retryAfter
        self.cause = cause
    }

    package var description: String {
        let request = requestID.map { " (request \($0))" } ?? ""
        return "\(code.rawValue): \(message)\(request)"
    }
}
