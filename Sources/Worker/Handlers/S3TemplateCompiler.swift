// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// Turns what a chunk asks for into templates: one for each distinct set of options, however many items share it.
struct S3TemplateCompiler {
    let operation: S3Operation
    /// Whether the chunk asks for forms instead of presigned requests.
    let isOfForms: Bool
    let endpoint: S3Endpoint
    let time: SigningTime
    let expiresIn: Int64
    let signer: S3Signer
    let cdnOrigin: String
    let defaults: S3RequestOptions
    private let customerKeys: (key: S3CustomerKey?, copySource: S3CustomerKey?)?
    private var templates: [S3RequestOptions: Compiled] = [:]
    /// Of the items without options of their own: most, and looking them up by options would cost more than signing.
    private var common: Compiled?
    /// Indices in `shared` of what items have in common that are signed one by one: forms, multi-region requests.
    private var indices: [S3RequestOptions: UInt32] = [:]

    /// A template and its index in `shared`.
    typealias Compiled = (template: S3PresignTemplate, shared: UInt32)

    /// Derives its key once for the chunk.
    var multiRegionPresigner: MultiRegionPresigner?

    /// What the replies' items refer to by index.
    private(set) var shared: [SharedRequest] = []
    /// Declared content lengths, by the same index.
    private var declaredBytes: [Int64] = []
    /// What the caller should know though the chunk can be signed.
    var warnings: [String] {
        guard isOfForms, !endpoint.takesForms else { return endpoint.warnings }
        return endpoint.warnings + [
            "this store takes no forms (POST); a presigned PUT of exactly fileSize bytes was made"
        ]
    }

    /// Finds what the chunk is to be signed with, and checks what concerns it as a whole.
    ///
    /// - Parameter now: The worker's clock, Unix milliseconds.
    init(job: Job, signing: S3SigningJob, credentials: CredentialResolver, now: Int64) throws(FailureError) {
        try self.init(
            job: job,
            signing: signing,
            signer: credentials.signer(for: job, signing, now: now),
            customerKeys: credentials.customerKeys(for: job, signing, now: now)
        )
    }

    /// Checks what concerns the chunk as a whole.
    ///
    /// - Parameter customerKeys: The keys of SSE-C.
    init(
        job: Job,
        signing: S3SigningJob,
        signer: S3Signer,
        customerKeys: (key: S3CustomerKey?, copySource: S3CustomerKey?)?
    ) throws(FailureError) {
        func require(_ value: String, _ field: String, _ what: String) throws(FailureError) {
            if value.isEmpty { throw FailureError(.missingField, field: field, message: "\(field) must name \(what)") }
        }
        try require(signing.operation, "operation", "the S3 operation, e.g. PutObject")
        try require(signing.s3Bucket, "s3Bucket", "the bucket")
        // An ARN holds its region.
        if !signing.s3Bucket.hasPrefix("arn:") {
            try require(signing.s3Region, "s3Region", "the bucket's region, e.g. eu-central-1")
        }
        isOfForms = signing.operation == Self.postObject
        guard let operation = isOfForms ? .putObject : S3Operation(rawValue: signing.operation) else {
            throw FailureError(
                .unsupported,
                field: "operation",
                message: "\(signing.operation.prefix(64)) is no operation that can be signed; known are "
                    + (S3Operation.allCases.map(\.rawValue) + [Self.postObject]).joined(separator: ", ")
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
                customEndpoint: signing.s3Endpoint.isEmpty ? nil : signing.s3Endpoint,
                variants: S3EndpointVariants(signing)
            )
            time = try SigningTime(unixSeconds: job.signingTimeMs / 1_000, window: signing.signingWindow)
            cdnOrigin = signing.s3CloudFrontDomain.isEmpty ? "" : try CDNOrigin.make(domain: signing.s3CloudFrontDomain)
            expiresIn = signing.hasExpiresIn ? signing.expiresIn : S3SigningHandler.defaultExpiry
            let expiry = try PresignExpiry(
                seconds: expiresIn,
                from: time,
                credentialExpiration: signer.credentials.expiration
            )
            try expiry.check(outlives: signing.signingWindow)
        } catch {
            throw FailureError(signing: error) { Self.field(of: $0, in: signing) }
        }
        self.operation = operation
        self.signer = signer
        defaults = signing.defaults
        self.customerKeys = customerKeys
        if isOfForms, endpoint.takesForms, customerKeys != nil {
            throw FailureError(
                .invalidEncryption,
                field: "sealedCustomerKeys",
                message: "a form would show the keys of SSE-C in its policy; presign a PutObject instead"
            )
        }
    }

    /// What a request carries besides its key, with the keys of SSE-C.
    func objectOptions(_ options: S3RequestOptions) throws(SigningError) -> S3ObjectOptions {
        if let header = options.headers.first(where: { SecretHeaders.contain($0.name) }) {
            throw SigningError(
                .invalidHeader,
                parameter: header.name,
                message: "\(header.name) is a secret, which travels sealed: as sealedCustomerKeys"
            )
        }
        var object = try S3ObjectOptions(options)
        object.customerKey = customerKeys?.key
        object.copySourceCustomerKey = customerKeys?.copySource
        return object
    }

    /// The template of an item, compiled unless another item asked for the same.
    ///
    /// - Parameter path: The item's path in the job, for failures.
    mutating func template(
        for item: S3SigningItem,
        path: @autoclosure () -> String
    ) throws(FailureError) -> Compiled {
        if !item.hasOptions, let common { return common }
        let path = path()
        let options = item.hasOptions ? item.options.over(defaults) : defaults
        if let known = templates[options] { return known }
        try checkForm(options, of: item, path: path)
        let template: S3PresignTemplate
        do throws(SigningError) {
            template = try signer.template(
                operation,
                at: endpoint,
                time: time,
                expiresIn: expiresIn,
                options: objectOptions(options)
            )
        } catch {
            throw FailureError(signing: error) { item.path(of: $0, under: path) }
        }
        let compiled = (template, add(SharedRequest(template, cdnOrigin: cdnOrigin), declaredBytes: options.fileSize))
        templates[options] = compiled
        if !item.hasOptions { common = compiled }
        return compiled
    }

    /// Where in `shared` stands what items of these options have in common; added by the first of them.
    mutating func index(of options: S3RequestOptions, add request: () -> SharedRequest) -> UInt32 {
        if let known = indices[options] { return known }
        let index = add(request(), declaredBytes: options.fileSize)
        indices[options] = index
        return index
    }

    /// Adds what items have in common that are signed in another way.
    mutating func add(_ request: SharedRequest, declaredBytes bytes: Int64) -> UInt32 {
        shared.append(request)
        declaredBytes.append(bytes)
        return UInt32(truncatingIfNeeded: shared.count - 1)
    }

    /// The name of S3's API for uploads by forms.
    static let postObject = "PostObject"

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
        case "dualStack": "s3DualStack"
        case "fips": "s3Fips"
        case "accelerate": "s3Accelerate"
        case "unixSeconds": "signingTimeMs"
        case "window": "signingWindow"
        case "credential":
            if case .sealedCredential = signing.credential { "sealedCredential" } else { "credentialProfile" }
        default: parameter
        }
    }
}

extension S3EndpointVariants {
    fileprivate init(_ signing: S3SigningJob) {
        self = []
        if signing.s3DualStack { insert(.dualStack) }
        if signing.s3Fips { insert(.fips) }
        if signing.s3Accelerate { insert(.accelerated) }
    }
}

extension SharedRequest {
    /// What every kind of signed request has: where it goes, and when it ends.
    init(method: String, at endpoint: S3Endpoint, headers sent: [Pair], expiry: PresignExpiry, cdnOrigin: String) {
        self.init()
        self.method = method
        origin = endpoint.origin
        pathPrefix = endpoint.pathPrefix
        headers = sent.filter { !SecretHeaders.contain($0.name) }
        withheldHeaders = sent.map(\.name).filter(SecretHeaders.contain)
        bucket = endpoint.bucket
        region = endpoint.region
        storageClass = sent.first { $0.name == "x-amz-storage-class" }?.value ?? ""
        expiresIn = expiry.seconds
        expiresAtMs = expiry.end * 1_000
        expiryLimitedBy = expiry.limitedBy.rawValue
        self.cdnOrigin = cdnOrigin
    }

    fileprivate init(_ template: S3PresignTemplate, cdnOrigin: String) {
        self.init(
            method: template.method,
            at: template.endpoint,
            headers: template.headers.map(Pair.init),
            expiry: template.expiry,
            cdnOrigin: cdnOrigin
        )
        query = template.query
    }
}

extension S3SigningItem {
    /// The path in the job of what the signer calls a parameter: the item's key, its own option, or the job's default.
    func path(of parameter: String, under path: String) -> String {
        switch parameter {
        case "key": return "\(path).key"
        case "customerKey": return "sealedCustomerKeys.key"
        case "copySourceCustomerKey": return "sealedCustomerKeys.copySourceKey"
        default: break
        }
        let field = S3RequestOptions.field(of: parameter)
        return hasOptions && options.sets(field) ? "\(path).options.\(field)" : "defaults.\(field)"
    }
}
