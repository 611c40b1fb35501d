// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// Turns what a chunk asks for into templates: one for each distinct set of options, however many items share it.
struct S3TemplateCompiler {
    private let method: S3Method
    private let endpoint: S3Endpoint
    private let time: SigningTime
    private let expiresIn: Int64
    private let cdnOrigin: String
    private let signer: S3Signer
    private let defaults: S3RequestOptions
    private var templates: [S3RequestOptions: (template: S3PresignTemplate, index: UInt32)] = [:]

    /// What the replies' items refer to by index.
    private(set) var shared: [SharedRequest] = []
    /// Declared content lengths, by the same index.
    private var declaredBytes: [Int64] = []
    /// What the caller should know though the chunk can be signed.
    var warnings: [String] { endpoint.warnings }

    /// Checks what concerns the chunk as a whole.
    init(job: Job, signing: S3SigningJob, signer: S3Signer) throws(FailureError) {
        func require(_ value: String, _ field: String, _ what: String) throws(FailureError) {
            if value.isEmpty { throw FailureError(.missingField, field: field, message: "\(field) must name \(what)") }
        }
        try require(signing.operation, "operation", "the S3 operation, e.g. PutObject")
        try require(signing.s3Bucket, "s3Bucket", "the bucket")
        try require(signing.s3Region, "s3Region", "the bucket's region, e.g. eu-central-1")
        guard let method = S3Method(operation: signing.operation) else {
            throw FailureError(
                .unsupported,
                field: "operation",
                message: "\(signing.operation.prefix(64)) is no operation that can be signed; known are "
                    + S3Method.allCases.map(\.operation).joined(separator: ", ")
            )
        }
        let styleName = signing.s3AddressingStyle.isEmpty ? AddressingStyle.auto.rawValue : signing.s3AddressingStyle
        guard let style = AddressingStyle(rawValue: styleName) else {
            throw FailureError(
                .invalidValue,
                field: "s3AddressingStyle",
                message:
                    "s3AddressingStyle is one of \(AddressingStyle.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        do throws(SigningError) {
            endpoint = try S3Endpoint.resolve(
                bucket: signing.s3Bucket,
                region: signing.s3Region,
                addressingStyle: style,
                customEndpoint: signing.s3Endpoint.isEmpty ? nil : signing.s3Endpoint
            )
            time = try SigningTime(unixSeconds: job.signingTimeMs / 1_000)
            cdnOrigin = signing.s3CloudFrontDomain.isEmpty ? "" : try CDNOrigin.make(domain: signing.s3CloudFrontDomain)
            expiresIn = signing.hasExpiresIn ? signing.expiresIn : S3SigningHandler.defaultExpiry
            _ = try PresignExpiry(
                seconds: expiresIn,
                from: time,
                credentialExpiration: signer.credentials.expiration
            )
        } catch {
            throw FailureError(signing: error) { Self.field(of: $0, in: signing) }
        }
        self.method = method
        self.signer = signer
        defaults = signing.defaults
    }

    /// The template of an item, compiled unless another item asked for the same.
    ///
    /// - Parameter path: The item's path in the job, for failures.
    mutating func template(
        for item: S3SigningItem,
        path: String
    ) throws(FailureError) -> (template: S3PresignTemplate, shared: UInt32) {
        let options = item.hasOptions ? item.options.over(defaults) : defaults
        if let known = templates[options] { return (known.template, known.index) }
        let template: S3PresignTemplate
        do throws(SigningError) {
            let headers = try S3ObjectOptions(options).headers(for: method, at: endpoint)
            template = try signer.template(
                method,
                at: endpoint,
                time: time,
                expiresIn: expiresIn,
                headers: headers,
                query: options.query.map { ($0.name, $0.value) }
            )
        } catch {
            throw FailureError(signing: error) { parameter in
                let field = Self.optionFields[parameter] ?? "headers"
                return item.hasOptions && item.options.sets(field) ? "\(path).options.\(field)" : "defaults.\(field)"
            }
        }
        let index = UInt32(truncatingIfNeeded: shared.count)
        shared.append(SharedRequest(template, cdnOrigin: cdnOrigin))
        declaredBytes.append(options.fileSize)
        templates[options] = (template, index)
        return (template, index)
    }

    /// Content length that the items of a template declare; 0 if they declare none.
    func declaredBytes(at index: UInt32) -> Int64 {
        declaredBytes.indices.contains(Int(index)) ? declaredBytes[Int(index)] : 0
    }

    /// The job's field for a parameter of the signer that concerns the whole chunk.
    private static func field(of parameter: String, in signing: S3SigningJob) -> String {
        switch parameter {
        case "bucket": "s3Bucket"
        case "region": "s3Region"
        case "endpoint": "s3Endpoint"
        case "addressingStyle": "s3AddressingStyle"
        case "domain": "s3CloudFrontDomain"
        case "unixSeconds": "signingTimeMs"
        case "credential":
            if case .sealedCredential = signing.credential { "sealedCredential" } else { "credentialProfile" }
        default: parameter
        }
    }

    /// The job's fields for the signer's options; any other parameter is the name of a header.
    private static let optionFields = [
        "contentType": "contentType", "contentLength": "fileSize", "storageClass": "s3StorageClass",
        "encryption": "s3EncryptionType", "kmsKey": "s3KmsKeyId", "cacheControl": "cacheControl",
        "contentDisposition": "contentDisposition", "metadata": "metadata", "query": "query",
    ]
}

extension S3ObjectOptions {
    fileprivate init(_ options: S3RequestOptions) throws(SigningError) {
        self.init()
        if options.hasContentType { contentType = options.contentType }
        if options.hasFileSize { contentLength = options.fileSize }
        if options.hasS3StorageClass { storageClass = options.s3StorageClass }
        if options.hasS3EncryptionType {
            guard let encryption = S3Encryption(rawValue: options.s3EncryptionType) else {
                throw SigningError(
                    .invalidEncryption,
                    parameter: "encryption",
                    message: "the encryption is one of "
                        + S3Encryption.allCases.map(\.rawValue).joined(separator: ", ")
                )
            }
            self.encryption = encryption
        }
        if options.hasS3KmsKeyID { kmsKey = options.s3KmsKeyID }
        if options.hasCacheControl { cacheControl = options.cacheControl }
        if options.hasContentDisposition { contentDisposition = options.contentDisposition }
        metadata = options.metadata.map { ($0.name, $0.value) }
        headers = options.headers.map { ($0.name, $0.value) }
    }
}

extension S3RequestOptions {
    /// Whether these options themselves set a field.
    fileprivate func sets(_ field: String) -> Bool {
        switch field {
        case "contentType": hasContentType
        case "fileSize": hasFileSize
        case "s3StorageClass": hasS3StorageClass
        case "s3EncryptionType": hasS3EncryptionType
        case "s3KmsKeyId": hasS3KmsKeyID
        case "cacheControl": hasCacheControl
        case "contentDisposition": hasContentDisposition
        case "metadata": !metadata.isEmpty
        case "headers": !headers.isEmpty
        case "query": !query.isEmpty
        default: false
        }
    }
}

extension SharedRequest {
    fileprivate init(_ template: S3PresignTemplate, cdnOrigin: String) {
        self.init()
        method = template.method.rawValue
        origin = template.endpoint.origin
        pathPrefix = template.endpoint.pathPrefix
        query = template.query
        headers = template.headers.map { header in
            var pair = Pair()
            pair.name = header.name
            pair.value = header.value
            return pair
        }
        bucket = template.endpoint.bucket
        region = template.endpoint.region
        storageClass = headers.first { $0.name == "x-amz-storage-class" }?.value ?? ""
        expiresIn = template.expiry.seconds
        expiresAtMs = template.expiry.end * 1_000
        expiryLimitedBy = template.expiry.limitedBy.rawValue
        self.cdnOrigin = cdnOrigin
    }
}
