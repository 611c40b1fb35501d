// SPDX-License-Identifier: Apache-2.0

/// What the options of a request become: headers to sign and to send, and query parameters. Shows only names.
///
/// Headers stay headers: S3 ignores most of them in the query.
public struct S3RequestParts: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Lower-case names; the client must send exactly these.
    public private(set) var headers: [S3ObjectOptions.Pair] = []
    /// Not encoded.
    public private(set) var query: [S3ObjectOptions.Pair]

    private let operation: S3Operation
    private let endpoint: S3Endpoint

    /// - Throws: `SigningError` whose parameter names the option.
    public init(_ operation: S3Operation, _ options: S3ObjectOptions, at endpoint: S3Endpoint) throws(SigningError) {
        self.operation = operation
        self.endpoint = endpoint
        query = operation.markers
        try addBody(options)
        try addObject(options)
        try addEncryption(options)
        try addObjectLock(options)
        try addConditions(options)
        try addReading(options)
        try addCopy(options)
        try addMultipart(options)
        // As a query parameter, which S3 takes in presigned requests, so that a plain link works.
        if options.isRequesterPays { query.append(("x-amz-request-payer", "requester")) }
        headers += options.headers
        query += options.query
    }

    /// Names of the headers and parameters alone.
    public var description: String { "S3RequestParts(\((headers + query).map(\.name).joined(separator: ", ")))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows names alone.
    public var customMirror: Mirror { Mirror(self, children: ["names": (headers + query).map(\.name)]) }

    // MARK: Kinds of options

    private mutating func addBody(_ options: S3ObjectOptions) throws(SigningError) {
        if let length = try option(options.contentLength, "contentLength", of: .sending) {
            guard (0...S3ObjectOptions.largestPut).contains(length) else {
                throw SigningError(
                    .invalidLength,
                    parameter: "contentLength",
                    message: "one PUT carries 0 to \(S3ObjectOptions.largestPut) bytes (5 GiB); "
                        + "larger objects need a multipart upload"
                )
            }
            headers.append(("content-length", String(length)))
        }
        try addHeader("content-md5", options.contentMD5, "contentMD5", of: .sending)
        if let checksum = try option(
            options.checksum,
            "checksum",
            of: Set<S3Operation>.sending.union([.completeMultipartUpload])
        ) {
            headers.append(checksum.header)
        }
        if let algorithm = try option(options.checksumAlgorithm, "checksumAlgorithm", of: [.createMultipartUpload]) {
            headers.append(("x-amz-checksum-algorithm", algorithm.rawValue))
        }
    }

    private mutating func addObject(_ options: S3ObjectOptions) throws(SigningError) {
        for (name, value, parameter) in [
            ("content-type", options.contentType, "contentType"),
            ("content-encoding", options.contentEncoding, "contentEncoding"),
            ("content-language", options.contentLanguage, "contentLanguage"),
            ("content-disposition", options.contentDisposition, "contentDisposition"),
            ("cache-control", options.cacheControl, "cacheControl"),
            ("expires", options.expires, "expires"),
        ] {
            try addHeader(name, value, parameter, of: .creating)
        }
        if let spelling = try option(options.storageClass, "storageClass", of: .creating) {
            headers.append(("x-amz-storage-class", try Self.wireValue(of: spelling, at: endpoint)))
        }
        let acls = [
            "private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read",
            "bucket-owner-full-control",
        ]
        try addChoice("x-amz-acl", options.acl, "acl", from: acls, of: .creating)
        if let tags = try option(options.tags.isEmpty ? nil : options.tags, "tags", of: .creating) {
            headers.append(("x-amz-tagging", try Self.tagging(tags)))
        }
        if let metadata = try option(options.metadata.isEmpty ? nil : options.metadata, "metadata", of: .creating) {
            headers += try Self.metadataHeaders(metadata)
        }
    }

    private mutating func addEncryption(_ options: S3ObjectOptions) throws(SigningError) {
        let encrypted = Set<S3Operation>.creating
        _ = try option(options.encryption, "encryption", of: encrypted)
        if let key = try option(
            options.customerKey,
            "customerKey",
            of: encrypted.union(Set<S3Operation>.reading).union(Set<S3Operation>.parts).union([
                .completeMultipartUpload, .listParts,
            ])
        ) {
            guard options.encryption == nil || options.encryption == S3Encryption.none else {
                throw SigningError(
                    .invalidEncryption,
                    parameter: "customerKey",
                    message: "a customer's key (SSE-C) and \(options.encryption?.rawValue ?? "") exclude each other"
                )
            }
            headers += key.headers()
        }
        // A directory bucket refuses what differs from its session.
        let hasDefault = endpoint.kind != .custom && endpoint.kind != .directoryBucket
        let isImplied = encrypted.contains(operation) && hasDefault && options.customerKey == nil
        let encryption = options.encryption ?? (isImplied ? .s3 : .none)
        let isOfKMS = encryption == .kms || encryption == .kmsTwoLayers
        let name = "x-amz-server-side-encryption"
        if let value = encryption.wireValue { headers.append((name, value)) }
        func ofKMS<Value>(_ value: Value?, _ parameter: String, _ what: String) throws(SigningError) -> Value? {
            guard let value = try option(value, parameter, of: encrypted) else { return nil }
            guard isOfKMS else {
                throw SigningError(
                    .invalidEncryption,
                    parameter: "encryption",
                    message: "\(what) needs the encryption SSE-KMS or SSE-KMS-DSSE; set it, or leave this out"
                )
            }
            return value
        }
        if let key = try ofKMS(options.kmsKey, "kmsKey", "a KMS key") {
            guard KMSKeyName.isValid(key) else {
                throw SigningError(
                    .invalidKMSKey,
                    parameter: "kmsKey",
                    message: "a KMS key is named by its id (a UUID, or mrk-…), its ARN "
                        + "(arn:aws:kms:region:account:key/…) or an alias (alias/…)"
                )
            }
            headers.append(("\(name)-aws-kms-key-id", key))
        }
        if let context = try ofKMS(options.kmsContext.isEmpty ? nil : options.kmsContext, "kmsContext", "a context") {
            let members = context.map { "\(JSONText.string($0.name)):\(JSONText.string($0.value))" }
            headers.append(("\(name)-context", Base64.encode("{\(members.joined(separator: ","))}".utf8)))
        }
        if let usesBucketKey = try ofKMS(options.usesBucketKey, "usesBucketKey", "a bucket key") {
            headers.append(("\(name)-bucket-key-enabled", usesBucketKey ? "true" : "false"))
        }
    }

    private mutating func addObjectLock(_ options: S3ObjectOptions) throws(SigningError) {
        guard (options.objectLockMode == nil) == (options.retainUntil == nil) else {
            throw SigningError(
                .invalidObjectLock,
                parameter: options.objectLockMode == nil ? "objectLockMode" : "retainUntil",
                message: "an object lock has both a mode and an end; give both or none"
            )
        }
        try addChoice(
            "x-amz-object-lock-mode",
            options.objectLockMode,
            "objectLockMode",
            from: ["GOVERNANCE", "COMPLIANCE"],
            of: .creating
        )
        if let end = try option(options.retainUntil, "retainUntil", of: .creating) {
            let form = end.utf8.map { (0x30...0x39).contains($0) ? UInt8(ascii: "0") : $0 }
            guard form == Array("0000-00-00T00:00:00Z".utf8) || form == Array("0000-00-00T00:00:00.000Z".utf8) else {
                throw SigningError(
                    .invalidObjectLock,
                    parameter: "retainUntil",
                    message: "the end of an object lock is a time such as 2030-01-01T00:00:00Z"
                )
            }
            headers.append(("x-amz-object-lock-retain-until-date", end))
        }
        if let isHeld = try option(options.hasLegalHold, "hasLegalHold", of: .creating) {
            headers.append(("x-amz-object-lock-legal-hold", isHeld ? "ON" : "OFF"))
        }
    }

    private mutating func addConditions(_ options: S3ObjectOptions) throws(SigningError) {
        let writes: Set<S3Operation> = [.putObject, .copyObject, .completeMultipartUpload]
        try addHeader(
            "if-match",
            options.ifMatch,
            "ifMatch",
            of: writes.union(Set<S3Operation>.reading).union([.deleteObject])
        )
        try addHeader("if-none-match", options.ifNoneMatch, "ifNoneMatch", of: writes.union(Set<S3Operation>.reading))
        try addHeader("if-modified-since", options.ifModifiedSince, "ifModifiedSince", of: .reading)
        try addHeader("if-unmodified-since", options.ifUnmodifiedSince, "ifUnmodifiedSince", of: .reading)
    }

    private mutating func addReading(_ options: S3ObjectOptions) throws(SigningError) {
        try addRange("range", options.range, "range", of: .reading)
        if let version = try option(
            options.versionID,
            "versionID",
            of: Set<S3Operation>.reading.union([.deleteObject])
        ) {
            query.append(("versionId", version))
        }
    }

    private mutating func addCopy(_ options: S3ObjectOptions) throws(SigningError) {
        if let source = try option(options.copySource, "copySource", of: .copying) {
            headers.append(("x-amz-copy-source", source.headerValue))
        } else if Set<S3Operation>.copying.contains(operation) {
            throw SigningError(
                .invalidCopySource,
                parameter: "copySource",
                message: "\(operation.rawValue) needs a source: bucket and key of what is copied"
            )
        }
        try addRange("x-amz-copy-source-range", options.copySourceRange, "copySourceRange", of: [.uploadPartCopy])
        if let key = try option(options.copySourceCustomerKey, "copySourceCustomerKey", of: .copying) {
            headers += key.headers(infix: "copy-source-")
        }
        let directives = ["COPY", "REPLACE"]
        try addChoice(
            "x-amz-metadata-directive",
            options.metadataDirective,
            "metadataDirective",
            from: directives,
            of: [.copyObject]
        )
        try addChoice(
            "x-amz-tagging-directive",
            options.taggingDirective,
            "taggingDirective",
            from: directives,
            of: [.copyObject]
        )
    }

    private mutating func addMultipart(_ options: S3ObjectOptions) throws(SigningError) {
        if let id = try option(options.uploadID, "uploadID", of: .uploading) {
            try require(!id.isEmpty && id.utf8.count <= 1_024, "uploadID", "an upload's id is what S3 answered")
            query.append(("uploadId", id))
        } else {
            let isNeeded = Set<S3Operation>.uploading.contains(operation)
            try require(!isNeeded, "uploadID", "\(operation.rawValue) needs the id that CreateMultipartUpload answered")
        }
        if let number = try option(
            options.partNumber,
            "partNumber",
            of: Set<S3Operation>.parts.union(Set<S3Operation>.reading)
        ) {
            try require((1...10_000).contains(number), "partNumber", "parts are numbered 1 to 10000, not \(number)")
            query.append(("partNumber", String(number)))
        } else {
            let isNeeded = Set<S3Operation>.parts.contains(operation)
            try require(!isNeeded, "partNumber", "\(operation.rawValue) needs the part's number, 1 to 10000")
        }
        if let size = try option(options.objectSize, "objectSize", of: [.completeMultipartUpload]) {
            guard (0...S3ObjectOptions.largestObject).contains(size) else {
                throw SigningError(
                    .invalidLength,
                    parameter: "objectSize",
                    message: "an object has 0 to \(S3ObjectOptions.largestObject) bytes (48.8 TiB)"
                )
            }
            headers.append(("x-amz-mp-object-size", String(size)))
        }
    }

    private func require(_ condition: Bool, _ parameter: String, _ message: String) throws(SigningError) {
        if !condition { throw SigningError(.invalidPart, parameter: parameter, message: message) }
    }

    // MARK: One option

    /// The value, if the operation knows the option.
    private func option<Value>(
        _ value: Value?,
        _ parameter: String,
        of operations: Set<S3Operation>
    ) throws(SigningError) -> Value? {
        guard let value else { return nil }
        guard operations.contains(operation) else {
            let names = S3Operation.allCases.filter(operations.contains).map(\.rawValue).joined(separator: ", ")
            let remedy =
                operation == .getObject ? "; what GetObject answers is set by response-* query parameters" : ""
            throw SigningError(
                .invalidOption,
                parameter: parameter,
                message: "this belongs to \(names), not to \(operation.rawValue)\(remedy)"
            )
        }
        return value
    }

    private mutating func addHeader(
        _ name: String,
        _ value: String?,
        _ parameter: String,
        of operations: Set<S3Operation>
    ) throws(SigningError) {
        guard let value = try option(value, parameter, of: operations) else { return }
        guard !value.isEmpty else {
            throw SigningError(
                .invalidHeader,
                parameter: parameter,
                message: "\(name) must not be empty; leave it out"
            )
        }
        do throws(SigningError) {
            _ = try HeaderField(name: name, value: value)
        } catch {
            throw SigningError(error.code, parameter: parameter, message: error.message)
        }
        headers.append((name, value))
    }

    private mutating func addChoice(
        _ name: String,
        _ value: String?,
        _ parameter: String,
        from choices: [String],
        of operations: Set<S3Operation>
    ) throws(SigningError) {
        if let value, !choices.contains(value) {
            throw SigningError(
                .invalidOption,
                parameter: parameter,
                message: "this is one of \(choices.joined(separator: ", "))"
            )
        }
        try addHeader(name, value, parameter, of: operations)
    }

    private mutating func addRange(
        _ name: String,
        _ value: String?,
        _ parameter: String,
        of operations: Set<S3Operation>
    ) throws(SigningError) {
        if let value, !value.hasPrefix("bytes=") {
            throw SigningError(
                .invalidOption,
                parameter: parameter,
                message: "a range of bytes is written bytes=0-1023, first and last included"
            )
        }
        try addHeader(name, value, parameter, of: operations)
    }
}
