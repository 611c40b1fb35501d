// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import S3ControlPlane

extension FailureError {
    /// What S3 said, as the failure of a job (S3 API Reference, "Error responses").
    init(_ error: S3Error) {
        let request = error.requestID.map { " (S3's request \($0))" } ?? ""
        let said = "\(error.message.prefix(300))\(request)"
        switch error.code {
        case .noSuchUpload:
            self.init(
                .uploadNotFound,
                field: "uploadId",
                message:
                    "S3 knows no such upload of this key: it was completed or aborted, or is of another key\(request)"
            )
        case .noSuchBucket:
            self.init(.bucketNotFound, field: "target.s3Bucket", message: "there is no such bucket\(request)")
        case .wrongRegion: self.init(.wrongRegion, field: "target.s3Region", message: said)
        case .endpointNotAllowed: self.init(.endpointNotAllowed, field: "target.s3Endpoint", message: said)
        case .invalidPart:
            self.init(.partMismatch, field: "complete.parts", message: "S3 has another part, or none: \(said)")
        case .invalidPartOrder: self.init(.invalidPart, field: "complete.parts", message: said)
        case .entityTooSmall:
            self.init(
                .invalidPart,
                field: "complete.parts",
                message: "a part but the last has less than 5 MiB; upload it again with more\(request)"
            )
        case .preconditionFailed:
            self.init(.preconditionFailed, message: "a condition of the request does not hold\(request)")
        default:
            if error.isRetriable {
                self.init(.s3Unavailable, message: said)
            } else if Self.expired.contains(error.code.rawValue) {
                self.init(.credentialExpired, field: "target.credentialProfile", message: said)
            } else if error.status == 403 {
                self.init(.accessDenied, message: "S3 refused \(error.code.rawValue): \(said)")
            } else {
                self.init(.s3Refused, message: "\(error.code.rawValue): \(said)")
            }
        }
    }

    /// Why a file cannot be cut so.
    ///
    /// - Parameter parent: Which of the job's fields has those that the plan is made from.
    init(_ error: MultipartPlanError, under parent: String) {
        self.init(.invalidLength, field: "\(parent).\(error.field.rawValue)", message: error.message)
    }

    private static let expired: Set<String> = ["ExpiredToken", "TokenRefreshRequired", "RequestExpired"]
}
