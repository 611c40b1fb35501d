// SPDX-License-Identifier: Apache-2.0

extension S3Error {
    /// The elements of an error of S3 that are looked at (S3 API Reference, "REST error responses").
    private struct Body: Decodable {
        var code: String?
        var message: String?
        var region: String?
        var requestID: String?

        enum CodingKeys: String, CodingKey {
            case code = "Code"
            case message = "Message"
            case region = "Region"
            case requestID = "RequestId"
        }
    }

    /// What an answer says is wrong; `nil`: nothing. An answer of 200 may hold an error, too: of an operation that went on
    /// behind the answer's beginning (S3 API Reference, "CompleteMultipartUpload").
    init?(_ answer: S3Answer, to request: S3Request, at origin: String) {
        let isError = !(200..<300).contains(answer.status)
        let root = XMLText.root(of: answer.body)
        guard isError || root == "Error" else { return nil }
        let body = root == "Error" ? try? XMLText.decode(Body.self, answer.body) : nil
        let region = body?.region ?? answer.header("x-amz-bucket-region")
        var code = body?.code.map { Code(rawValue: $0) } ?? Self.code(ofStatus: answer.status)
        // Ceph says so of an upload that is not there.
        if code == .noSuchKey, request.query.contains(where: { $0.name == "uploadId" }) { code = .noSuchUpload }
        let requestID = body?.requestID ?? answer.header("x-amz-request-id")
        // S3 knows the bucket, and that it lies elsewhere.
        if let region, [301, 307, 400].contains(answer.status),
            [
                "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
                "IllegalLocationConstraintException",
            ]
            .contains(code.rawValue) || answer.status == 301
        {
            self.init(
                .wrongRegion,
                message: "the bucket lies in \(region); name that region",
                status: answer.status,
                requestID: requestID,
                region: region
            )
            return
        }
        // An error behind a 200 is one of the server (S3 User Guide, "Copying objects": a 200 may contain an error).
        let isTransient =
            answer.status >= 500 || answer.status == 429
            || ["InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted"].contains(
                code.rawValue
            )
        self.init(
            code,
            message: body?.message ?? "\(origin) answered with the status \(answer.status)",
            status: answer.status,
            requestID: requestID,
            region: region,
            isRetriable: isTransient,
            // What is refused for being too much was not begun.
            isUnclear: isTransient && code != .slowDown && answer.status != 429,
            retryAfter: answer.header("retry-after").flatMap { Int($0) }.map { .seconds($0) }
        )
    }

    /// HEAD has no body to say more.
    private static func code(ofStatus status: Int) -> Code {
        switch status {
        case 403: .accessDenied
        case 404: .noSuchKey
        case 412: .preconditionFailed
        case 429, 503: .slowDown
        case 500...: Code(rawValue: "InternalError")
        default: .malformedAnswer
        }
    }
}
