// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import S3ControlPlane
internal import SignetSigning

/// The upload that a step is about: where it is, what it is asked for with, and what its object is to be like.
struct S3Upload: Sendable {
    let bucket: S3Bucket
    let key: String
    /// Whether the key was made from the job, so that nobody else has it.
    let isKeyMade: Bool
    /// S3's; empty where the upload begins.
    let id: String
    /// Headers and query of the step's request, with secrets.
    let parts: S3RequestParts
    /// Keys of SSE-C: of the object, and of one that is copied.
    let customerKey: S3CustomerKey?
    let copySourceCustomerKey: S3CustomerKey?
    /// The upload's place, as a signing job names it.
    let target: S3SigningJob
    /// What the caller should know.
    let warnings: [String]

    /// - Parameters:
    ///   - operation: S3's name of the step.
    ///   - now: The worker's clock, Unix milliseconds.
    /// - Throws: With fields of the target.
    init(
        _ job: Job,
        _ multipart: S3MultipartJob,
        operation: String,
        credentials: CredentialResolver,
        now: Int64
    ) throws(FailureError) {
        var target = multipart.target
        guard target.items.count == 1, !target.hasParts, target.operation.isEmpty || target.operation == operation
        else {
            throw FailureError(
                .invalidValue,
                field: "items",
                message: "a step is about one upload: give its target one item, and neither operation nor parts"
            )
        }
        target.operation = operation
        let item = target.items[0]
        let compiler = try S3TemplateCompiler(job: job, signing: target, credentials: credentials, now: now)
        isKeyMade = item.key.isEmpty
        key = try ObjectKey.make(for: item, jobID: job.jobID, position: 0, path: "items[0]")
        guard (1...S3PresignTemplate.longestKey).contains(key.utf8.count) else {
            throw FailureError(
                .invalidKey,
                field: isKeyMade ? "items[0].filename" : "items[0].key",
                message: "a key has at most \(S3PresignTemplate.longestKey) bytes of UTF-8, not \(key.utf8.count)"
            )
        }
        do throws(SigningError) {
            var object = try compiler.objectOptions(item.options.over(target.defaults))
            if operation != S3Operation.createMultipartUpload.rawValue { object.uploadID = multipart.uploadID }
            customerKey = object.customerKey
            copySourceCustomerKey = object.copySourceCustomerKey
            // Only requests that copy have it.
            object.copySourceCustomerKey = nil
            parts = try S3RequestParts(compiler.operation, object, at: compiler.endpoint)
        } catch {
            throw FailureError(signing: error) { $0 == "uploadID" ? "" : item.path(of: $0, under: "items[0]") }
        }
        id = multipart.uploadID
        self.target = target
        warnings = compiler.warnings
        do throws(S3Error) {
            bucket = try S3Bucket(
                endpoint: compiler.endpoint,
                credentials: compiler.signer.credentials,
                allowedBy: credentials.endpoints(for: target)
            )
        } catch {
            throw FailureError(.endpointNotAllowed, field: "s3Endpoint", message: error.message)
        }
    }

    /// Another bucket that is reached in the same way.
    func bucket(named name: String, _ credentials: CredentialResolver) throws -> S3Bucket {
        if name == target.s3Bucket { return bucket }
        return try S3Bucket(
            endpoint: S3Endpoint.resolve(
                bucket: name,
                region: target.s3Region,
                addressingStyle: AddressingStyle(rawValue: target.s3AddressingStyle) ?? .auto,
                customEndpoint: target.s3Endpoint.isEmpty ? nil : target.s3Endpoint
            ),
            credentials: bucket.credentials,
            allowedBy: credentials.endpoints(for: target)
        )
    }

    /// The object's URL without a signature.
    var publicURL: String {
        bucket.endpoint.origin + bucket.endpoint.pathPrefix + "/" + PercentEncoding.path(key)
    }

    /// Headers of SSE-C, which S3 wants wherever it is asked about what is encrypted with its keys.
    var secretHeaders: [S3ObjectOptions.Pair] { customerKey?.headers() ?? [] }
}
