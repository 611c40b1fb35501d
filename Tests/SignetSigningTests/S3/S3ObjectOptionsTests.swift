// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct S3ObjectOptionsTests {
    /// One mistake, or one option.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let set: @Sendable (inout S3ObjectOptions) -> Void

        init(_ name: String, _ set: @escaping @Sendable (inout S3ObjectOptions) -> Void) {
            self.name = name
            self.set = set
        }

        var testDescription: String { name }
    }

    private func headers(
        _ operation: S3Operation = .putObject,
        at endpoint: S3Endpoint? = nil,
        _ set: (inout S3ObjectOptions) -> Void
    ) throws -> [String: String] {
        var options = S3ObjectOptions()
        set(&options)
        let pairs = try S3RequestParts(operation, options, at: endpoint ?? Example.onAWS()).headers
        return Dictionary(pairs.map { ($0.name, $0.value) }) { first, _ in "\(first) and another" }
    }

    @Test
    func eachOptionBecomesItsHeader() throws {
        let headers = try headers { options in
            options.contentType = "image/jpeg"
            options.contentLength = 1_234
            options.storageClass = "STANDARD_IA"
            options.encryption = .kms
            options.kmsKey = "alias/uploads"
            options.cacheControl = "no-cache"
            options.contentDisposition = "inline"
            options.metadata = [("Author", " Ada  L. "), ("year", "1843")]
            options.headers = [("x-amz-acl", "private")]
        }
        #expect(
            headers == [
                "content-type": "image/jpeg", "content-length": "1234", "x-amz-storage-class": "STANDARD_IA",
                "x-amz-server-side-encryption": "aws:kms",
                "x-amz-server-side-encryption-aws-kms-key-id": "alias/uploads", "cache-control": "no-cache",
                "content-disposition": "inline", "x-amz-meta-author": "Ada  L.", "x-amz-meta-year": "1843",
                "x-amz-acl": "private",
            ]
        )
    }

    @Test
    func nothingIsImpliedButEncryptionAtRest() throws {
        #expect(try headers { _ in } == ["x-amz-server-side-encryption": "AES256"])
        #expect(try headers(at: Example.onCustomStore()) { _ in }.isEmpty)
        for operation in [S3Operation.getObject, .headObject, .deleteObject, .listObjects] {
            #expect(try headers(operation) { _ in }.isEmpty)
        }
    }

    @Test(arguments: [
        (S3Encryption.none, [:]), (.s3, ["x-amz-server-side-encryption": "AES256"]),
        (.kms, ["x-amz-server-side-encryption": "aws:kms"]),
    ])
    func encryptionIsWhatIsAskedForEverywhere(encryption: S3Encryption, expected: [String: String]) throws {
        for endpoint in [try Example.onAWS(), try Example.onCustomStore()] {
            #expect(try headers(at: endpoint) { $0.encryption = encryption } == expected)
        }
    }

    @Test(arguments: [
        ("STANDARD", "STANDARD"), ("STANDARD_IA", "STANDARD_IA"), ("ONEZONE_IA", "ONEZONE_IA"),
        ("INTELLIGENT_TIERING", "INTELLIGENT_TIERING"), ("REDUCED_REDUNDANCY", "REDUCED_REDUNDANCY"),
        ("GLACIER_IR", "GLACIER_IR"), ("GLACIER_INSTANT_RETRIEVAL", "GLACIER_IR"), ("GLACIER", "GLACIER"),
        ("GLACIER_FLEXIBLE_RETRIEVAL", "GLACIER"), ("DEEP_ARCHIVE", "DEEP_ARCHIVE"),
        ("GLACIER_DEEP_ARCHIVE", "DEEP_ARCHIVE"),
    ])
    func bothSpellingsOfAStorageClassSignTheWireValue(spelling: String, wireValue: String) throws {
        #expect(try headers { $0.storageClass = spelling }["x-amz-storage-class"] == wireValue)
    }

    @Test(arguments: ["", "standard", "GLACIER_INSTANT", "EXPRESS_ONEZONE", "OUTPOSTS", "STANDARD "])
    func otherStorageClassesAreRefused(spelling: String) throws {
        let refused = try refusal { try headers { $0.storageClass = spelling } }
        #expect(refused == Refusal(.invalidStorageClass, "storageClass"))
    }

    private static let mistakes: [(Case, Refusal)] = [
        (Case("empty content type") { $0.contentType = "" }, Refusal(.invalidHeader, "contentType")),
        (Case("content type of two lines") { $0.contentType = "a/b\r\nx: y" }, Refusal(.invalidHeader, "contentType")),
        (Case("empty cache control") { $0.cacheControl = "" }, Refusal(.invalidHeader, "cacheControl")),
        (Case("cache control with NUL") { $0.cacheControl = "a\u{0}" }, Refusal(.invalidHeader, "cacheControl")),
        (Case("empty disposition") { $0.contentDisposition = "" }, Refusal(.invalidHeader, "contentDisposition")),
        (
            Case("disposition with DEL") { $0.contentDisposition = "\u{7F}" },
            Refusal(.invalidHeader, "contentDisposition")
        ),
        (Case("negative length") { $0.contentLength = -1 }, Refusal(.invalidLength, "contentLength")),
        (Case("5 GiB and a byte") { $0.contentLength = 5_368_709_121 }, Refusal(.invalidLength, "contentLength")),
        (Case("endless length") { $0.contentLength = .max }, Refusal(.invalidLength, "contentLength")),
        (Case("key without KMS") { $0.kmsKey = "alias/a" }, Refusal(.invalidEncryption, "encryption")),
        (
            Case("key with SSE-S3") {
                $0.encryption = .s3
                $0.kmsKey = "alias/a"
            }, Refusal(.invalidEncryption, "encryption")
        ),
        (
            Case("key with none") {
                $0.encryption = S3Encryption.none
                $0.kmsKey = "alias/a"
            }, Refusal(.invalidEncryption, "encryption")
        ),
        (Case("unknown ACL") { $0.acl = "public" }, Refusal(.invalidOption, "acl")),
        (Case("eleven tags") { $0.tags = (0..<11).map { ("\($0)", "") } }, Refusal(.invalidTagging, "tags")),
        (Case("one tag twice") { $0.tags = [("a", "1"), ("a", "2")] }, Refusal(.invalidTagging, "tags")),
        (Case("tag without a name") { $0.tags = [("", "1")] }, Refusal(.invalidTagging, "tags")),
        (
            Case("tag too long") { $0.tags = [("a", String(repeating: "v", count: 257))] },
            Refusal(.invalidTagging, "tags")
        ),
        (Case("lock without an end") { $0.objectLockMode = "GOVERNANCE" }, Refusal(.invalidObjectLock, "retainUntil")),
        (
            Case("lock without a mode") { $0.retainUntil = "2030-01-01T00:00:00Z" },
            Refusal(.invalidObjectLock, "objectLockMode")
        ),
        (
            Case("lock until some day") {
                $0.objectLockMode = "COMPLIANCE"
                $0.retainUntil = "2030-01-01"
            }, Refusal(.invalidObjectLock, "retainUntil")
        ),
        (
            Case("lock of another mode") {
                $0.objectLockMode = "governance"
                $0.retainUntil = "2030-01-01T00:00:00Z"
            }, Refusal(.invalidOption, "objectLockMode")
        ),
        (Case("context without KMS") { $0.kmsContext = [("a", "b")] }, Refusal(.invalidEncryption, "encryption")),
        (Case("bucket key without KMS") { $0.usesBucketKey = true }, Refusal(.invalidEncryption, "encryption")),
        (
            Case("customer's key beside KMS") {
                $0.encryption = .kms
                $0.customerKey = try? S3CustomerKey([UInt8](repeating: 7, count: 32))
            }, Refusal(.invalidEncryption, "customerKey")
        ),
        (Case("metadata without a name") { $0.metadata = [("", "a")] }, Refusal(.invalidMetadata, "metadata")),
        (Case("metadata with a colon") { $0.metadata = [("a:b", "a")] }, Refusal(.invalidMetadata, "metadata")),
        (Case("metadata of two lines") { $0.metadata = [("a", "a\nb")] }, Refusal(.invalidMetadata, "metadata")),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsRefusedByItsName(mistake: Case, expected: Refusal) throws {
        #expect(try refusal { try headers { mistake.set(&$0) } } == expected)
    }

    @Test(arguments: [0, 1, 5_368_709_120])
    func lengthsOfOnePutAreTaken(length: Int64) throws {
        #expect(try headers { $0.contentLength = length }["content-length"] == "\(length)")
    }

    @Test
    func metadataHasAtMostTwoKilobytes() throws {
        let pair: (Int) -> S3ObjectOptions.Pair = { (name: "four", value: String(repeating: "v", count: $0 - 8)) }
        #expect(try refusal { try headers { $0.metadata = [("more", ""), pair(2_048)] } } == nil)
        let refused = try refusal { try headers { $0.metadata = [("more", "1"), pair(2_048)] } }
        #expect(refused == Refusal(.invalidMetadata, "metadata"))
    }

    @Test
    func metadataOfOneNameInTwoSpellingsIsRefused() throws {
        var options = S3ObjectOptions()
        options.metadata = [("Author", "a"), ("author", "b")]
        let headers = try S3RequestParts(.putObject, options, at: Example.onAWS()).headers
        #expect(
            try refusal { try CanonicalHeaders(host: "h", headers: headers) }
                == Refusal(.invalidHeader, "x-amz-meta-author")
        )
    }

    private static let uploadOptions: [Case] = [
        Case("contentType") { $0.contentType = "a/b" },
        Case("contentLength") { $0.contentLength = 1 },
        Case("storageClass") { $0.storageClass = "STANDARD" },
        Case("encryption") { $0.encryption = S3Encryption.none },
        Case("kmsKey") { $0.kmsKey = "alias/a" },
        Case("cacheControl") { $0.cacheControl = "no-cache" },
        Case("contentDisposition") { $0.contentDisposition = "inline" },
        Case("metadata") { $0.metadata = [("a", "b")] },
    ]

    @Test(arguments: uploadOptions, [S3Operation.getObject, .headObject, .deleteObject])
    func optionsOfUploadsAreRefusedElsewhere(option: Case, operation: S3Operation) throws {
        let refused = try refusal { try headers(operation) { option.set(&$0) } }
        #expect(refused == Refusal(.invalidOption, option.name))
    }

    @Test(arguments: [S3Operation.getObject, .headObject, .deleteObject])
    func furtherHeadersBelongToAllMethods(operation: S3Operation) throws {
        #expect(try headers(operation) { $0.headers = [("range", "bytes=0-1")] } == ["range": "bytes=0-1"])
    }

    /// An option of some operations, with what these need besides.
    private static let options: [(option: Case, operations: Set<String>)] = [
        (Case("checksumAlgorithm") { $0.checksumAlgorithm = .sha256 }, ["CreateMultipartUpload"]),
        (
            Case("checksum") { $0.checksum = try? S3Checksum(.crc32, value: "AAAAAA==") },
            ["PutObject", "UploadPart", "CompleteMultipartUpload"]
        ),
        (Case("contentLength") { $0.contentLength = 1 }, ["PutObject", "UploadPart"]),
        (Case("tags") { $0.tags = [("a", "b")] }, ["PutObject", "CopyObject", "CreateMultipartUpload"]),
        (Case("range") { $0.range = "bytes=0-1" }, ["GetObject", "HeadObject"]),
        (Case("versionID") { $0.versionID = "v" }, ["GetObject", "HeadObject", "DeleteObject"]),
        (Case("copySourceRange") { $0.copySourceRange = "bytes=0-1" }, ["UploadPartCopy"]),
        (Case("metadataDirective") { $0.metadataDirective = "COPY" }, ["CopyObject"]),
        (Case("objectSize") { $0.objectSize = 1 }, ["CompleteMultipartUpload"]),
        (
            Case("ifNoneMatch") { $0.ifNoneMatch = "*" },
            ["GetObject", "HeadObject", "PutObject", "CopyObject", "CompleteMultipartUpload"]
        ),
    ]

    @Test(arguments: options.indices, S3Operation.allCases)
    func anOptionBelongsToItsOperationsAlone(index: Int, operation: S3Operation) throws {
        let (option, operations) = Self.options[index]
        var needed = S3ObjectOptions()
        if operation.rawValue.hasSuffix("Copy") || operation == .copyObject {
            needed.copySource = try S3CopySource(path: "a-bucket/a")
        }
        let uploads: [S3Operation] = [
            .uploadPart, .uploadPartCopy, .listParts, .completeMultipartUpload, .abortMultipartUpload,
        ]
        if uploads.contains(operation) { needed.uploadID = "u" }
        if operation == .uploadPart || operation == .uploadPartCopy { needed.partNumber = 1 }
        #expect(try refusal { try S3RequestParts(operation, needed, at: Example.onAWS()) } == nil)
        option.set(&needed)
        let refused = try refusal { try S3RequestParts(operation, needed, at: Example.onAWS()) }
        #expect(refused == (operations.contains(operation.rawValue) ? nil : Refusal(.invalidOption, option.name)))
    }

    @Test(arguments: [
        (S3Operation.uploadPart, Refusal(.invalidPart, "uploadID")), (.listParts, Refusal(.invalidPart, "uploadID")),
        (.copyObject, Refusal(.invalidCopySource, "copySource")),
    ])
    func whatAnOperationNeedsIsAskedFor(operation: S3Operation, expected: Refusal) throws {
        #expect(try refusal { try S3RequestParts(operation, S3ObjectOptions(), at: Example.onAWS()) } == expected)
    }

    @Test(arguments: [0, -1, 10_001, Int.max])
    func partsAreNumberedUpToTenThousand(number: Int) throws {
        var options = S3ObjectOptions()
        options.uploadID = "u"
        options.partNumber = number
        let refused = try refusal { try S3RequestParts(.uploadPart, options, at: Example.onAWS()) }
        #expect(refused == Refusal(.invalidPart, "partNumber"))
    }

    @Test(arguments: [
        (S3Checksum.Algorithm.crc32, "AAAAAA==", true), (.crc32, "AAAAAA==-12", true), (.crc32, "AAAAAA", false),
        (.crc32, "", false), (.crc32, "AAAAAA==-", false), (.crc32, "AAAAAA==-x", false), (.crc32, "AAAA\nA==", false),
        (.crc64nvme, "AAAAAAAAAAA=", true), (.crc64nvme, "AAAAAA==", false),
        (.sha1, "2jmj7l5rSw0yVb/vlWAYkK/YBwk=", true),
        (.sha256, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", true),
        (.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false),
    ])
    func aChecksumHasTheBytesOfItsAlgorithm(algorithm: S3Checksum.Algorithm, value: String, isTaken: Bool) throws {
        let refused = try refusal { try S3Checksum(algorithm, value: value) }
        #expect(refused == (isTaken ? nil : Refusal(.invalidChecksum, "checksum")))
    }

    @Test(arguments: ["", "/", "bucket", "bucket/", "/bucket/", "/key"])
    func aCopyNeedsBucketAndKey(path: String) throws {
        #expect(try refusal { try S3CopySource(path: path) } == Refusal(.invalidCopySource, "copySource"))
    }

    @Test(arguments: [0, 16, 31, 33])
    func aCustomersKeyHas32Bytes(count: Int) throws {
        let refused = try refusal { try S3CustomerKey([UInt8](repeating: 1, count: count)) }
        #expect(refused == Refusal(.invalidEncryption, "customerKey"))
    }
}
