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
        _ method: S3Method = .put,
        at endpoint: S3Endpoint? = nil,
        _ set: (inout S3ObjectOptions) -> Void
    ) throws -> [String: String] {
        var options = S3ObjectOptions()
        set(&options)
        let pairs = try options.headers(for: method, at: endpoint ?? Example.onAWS())
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
        for method in [S3Method.get, .head, .delete] { #expect(try headers(method) { _ in }.isEmpty) }
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
        let headers = try options.headers(for: .put, at: Example.onAWS())
        #expect(
            try refusal { try Example.template(.put, headers: headers) }
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

    @Test(arguments: uploadOptions, [S3Method.get, .head, .delete])
    func optionsOfUploadsAreRefusedElsewhere(option: Case, method: S3Method) throws {
        let refused = try refusal { try headers(method) { option.set(&$0) } }
        #expect(refused == Refusal(.invalidOption, option.name))
    }

    @Test(arguments: [S3Method.get, .head, .delete])
    func furtherHeadersBelongToAllMethods(method: S3Method) throws {
        #expect(try headers(method) { $0.headers = [("range", "bytes=0-1")] } == ["range": "bytes=0-1"])
    }
}
