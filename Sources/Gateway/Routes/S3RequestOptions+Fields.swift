// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// What requests say about an object, read from the fields of their body. Which of it fits the operation is the
/// worker's to judge.
extension S3RequestOptions {
    /// All that there is, for operations of every kind.
    init(from fields: inout FieldReader) {
        self.init()
        if let type = fields.string("contentType") { contentType = type }
        readBody(from: &fields)
        readObject(from: &fields)
        readConditions(from: &fields)
        readSelection(from: &fields)
        readCopy(from: &fields)
        readMultipart(from: &fields)
        readForm(from: &fields)
        readFurther(from: &fields)
    }

    /// What a form demands of the file, and its further fields.
    mutating func readForm(from fields: inout FieldReader) {
        if let bytes = fields.integer("minBytes") { minBytes = bytes }
        if let bytes = fields.integer("maxBytes") { maxBytes = bytes }
        startsWith = fields.strings("startsWith").map(Pair.init)
        self.fields = fields.pairs("fields")
    }

    /// The bytes that are sent.
    mutating func readBody(from fields: inout FieldReader) {
        if let bytes = fields.integer("fileSize") { fileSize = bytes }
        if let digest = fields.string("contentMd5") { contentMd5 = digest }
        if let algorithm = fields.string("checksumAlgorithm") { checksumAlgorithm = algorithm }
        if let value = fields.string("checksum") { checksum = value }
    }

    /// The object that is made.
    mutating func readObject(from fields: inout FieldReader) {
        if let value = fields.string("contentEncoding") { contentEncoding = value }
        if let value = fields.string("contentLanguage") { contentLanguage = value }
        if let value = fields.string("contentDisposition") { contentDisposition = value }
        if let value = fields.string("cacheControl") { cacheControl = value }
        if let value = fields.string("expires") { expires = value }
        metadata = fields.strings("metadata").map(Pair.init)
        tags = fields.strings("tags").map(Pair.init)
        if let value = fields.string("s3StorageClass") { s3StorageClass = value }
        if let value = fields.string("s3Acl") { s3Acl = value }
        if let value = fields.string("s3EncryptionType") { s3EncryptionType = value }
        if let value = fields.string("s3KmsKeyId") { s3KmsKeyID = value }
        s3KmsContext = fields.strings("s3KmsContext").map(Pair.init)
        if let value = fields.flag("s3BucketKey") { s3BucketKey = value }
        if let value = fields.string("s3ObjectLockMode") { s3ObjectLockMode = value }
        if let value = fields.string("s3ObjectLockRetainUntil") { s3ObjectLockRetainUntil = value }
        if let value = fields.flag("s3ObjectLockLegalHold") { s3ObjectLockLegalHold = value }
    }

    /// What must be true of the object that there is.
    mutating func readConditions(from fields: inout FieldReader) {
        if let value = fields.string("ifMatch") { ifMatch = value }
        if let value = fields.string("ifNoneMatch") { ifNoneMatch = value }
    }

    /// Which object, or which part of it, is read, and what S3 shall answer with instead of its own headers
    /// (GetObject, "Overriding response header values").
    mutating func readSelection(from fields: inout FieldReader) {
        if let value = fields.string("versionId") { versionID = value }
        if let value = fields.string("range") { range = value }
        if let value = fields.string("ifModifiedSince") { ifModifiedSince = value }
        if let value = fields.string("ifUnmodifiedSince") { ifUnmodifiedSince = value }
        let overrides = [
            ("response-content-type", "responseContentType"),
            ("response-content-disposition", "responseContentDisposition"),
            ("response-content-encoding", "responseContentEncoding"),
            ("response-content-language", "responseContentLanguage"),
            ("response-cache-control", "responseCacheControl"),
            ("response-expires", "responseExpires"),
        ]
        for (parameter, field) in overrides {
            if let value = fields.string(field) { query.append(Pair(name: parameter, value: value)) }
        }
    }

    /// What is copied, and what of it.
    mutating func readCopy(from fields: inout FieldReader) {
        if let value = fields.string("copySource") { copySource = value }
        if let value = fields.string("copySourceVersionId") { copySourceVersionID = value }
        if let value = fields.string("copySourceRange") { copySourceRange = value }
        if let value = fields.string("metadataDirective") { metadataDirective = value }
        if let value = fields.string("taggingDirective") { taggingDirective = value }
    }

    /// Which multipart upload, and which part of it.
    mutating func readMultipart(from fields: inout FieldReader) {
        if let value = fields.string("uploadId") { uploadID = value }
        if let value = fields.integer("partNumber") { partNumber = Int32(clamping: value) }
        if let value = fields.integer("objectSize") { objectSize = value }
    }

    /// What all requests may say, and whatever has no field of its own.
    mutating func readFurther(from fields: inout FieldReader) {
        if let value = fields.flag("requesterPays") { requesterPays = value }
        headers = fields.pairs("headers")
        query += fields.pairs("query")
    }
}

extension FieldReader {
    /// Names and values that S3 is to get, none of them a secret: those have fields of their own, and travel sealed.
    mutating func pairs(_ name: String) -> [Pair] {
        let pairs = strings(name).map(Pair.init)
        for pair in pairs where SecretHeaders.contain(pair.name) {
            note(
                FailureError(
                    .invalidHeader,
                    field: "\(name).\(pair.name)",
                    message: "\(pair.name) is a secret, which has a field of its own; "
                        + "send s3CustomerKey, copySourceCustomerKey or s3SessionToken"
                )
            )
        }
        return pairs
    }
}

extension Pair {
    init(name: String, value: String) {
        self.init()
        self.name = name
        self.value = value
    }
}
