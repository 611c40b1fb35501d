// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import Testing

/// A presigned request as botocore made it; written by `Corpus/generate.py`.
struct CorpusCase: Decodable, Sendable {
    struct Request: Decodable, Sendable {
        let operation: String
        let bucket: String
        let region: String
        let style: String
        let endpoint: String?
        let variants: [String]?
        /// Absent where the operation is about the bucket.
        let key: String?
        let accessKey: String
        let secretKey: String
        let sessionToken: String?
        let time: Int64
        let expires: Int64

        let contentLength: Int64?
        let contentMD5: String?
        let checksum: [String]?
        let checksumAlgorithm: String?
        let contentType: String?
        let contentEncoding: String?
        let contentLanguage: String?
        let contentDisposition: String?
        let cacheControl: String?
        let expiresHeader: String?
        let metadata: [[String]]?
        let storageClass: String?
        let tags: [[String]]?
        let acl: String?
        let encryption: String?
        let kmsKey: String?
        let kmsContext: [[String]]?
        let usesBucketKey: Bool?
        let customerKey: String?
        let objectLockMode: String?
        let retainUntil: String?
        let hasLegalHold: Bool?
        let ifMatch: String?
        let ifNoneMatch: String?
        let ifModifiedSince: String?
        let ifUnmodifiedSince: String?
        let range: String?
        let versionID: String?
        let copySource: [String]?
        let copySourceRange: String?
        let metadataDirective: String?
        let taggingDirective: String?
        let uploadID: String?
        let partNumber: Int?
        let objectSize: Int64?
        let payer: Bool
        let headers: [[String]]?
        let query: [[String]]?
    }

    let id: Int
    let request: Request
    let method: String
    var url: String
    /// Name in lower case and value of each signed header but `host`.
    var headers: [[String]]

    /// Reads JSON lines.
    static func read(_ file: URL) throws -> [CorpusCase] {
        let decoder = JSONDecoder()
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map { line in
            try decoder.decode(CorpusCase.self, from: Data(line))
        }
    }

    /// How our request differs from botocore's, a sentence each; empty if it does not.
    func differences() throws -> [String] {
        let credentials = try SigningCredentials(
            accessKeyID: request.accessKey,
            secretAccessKey: request.secretKey,
            sessionToken: request.sessionToken
        )
        let time = try SigningTime(unixSeconds: request.time)
        let template = try template(credentials: credentials, time: time)
        let object = try template.sign(key: request.key ?? "")
        let url = template.url(for: object)
        let ours = PresignedURL(url)
        let theirs = PresignedURL(self.url)
        var result: [String] = []
        func compare(_ what: String, _ ours: some Equatable, _ theirs: some Equatable) {
            let (ours, theirs) = (String(reflecting: ours), String(reflecting: theirs))
            if ours != theirs { result.append("case \(id), \(what): \(ours), but botocore: \(theirs)") }
        }
        compare("method", template.method, method)
        compare("scheme", ours.scheme, theirs.scheme)
        compare("host", Array(ours.host.utf8), Array(theirs.host.utf8))
        compare("path", ours.path, theirs.path)
        compare("signed headers", ours.value(of: "X-Amz-SignedHeaders"), theirs.value(of: "X-Amz-SignedHeaders"))
        compare("query", ours.query.sorted(), theirs.query.sorted())
        compare("headers to send", template.headers.map { [$0.name, $0.value] }, headers)
        compare(
            "signature by stages",
            try signature(of: template, credentials, time),
            theirs.value(of: "X-Amz-Signature")
        )
        let batch = template.sign(keys: Array(repeating: request.key ?? "", count: 17))
        if try batch.contains(where: { try $0.get() != object }) {
            result.append("case \(id): in a batch another signature")
        }
        if try template.url(forKey: request.key ?? "") != url { result.append("case \(id): in one pass another URL") }
        return result
    }

    /// What the stages give that the template does not go through.
    private func signature(
        of template: S3PresignTemplate,
        _ credentials: SigningCredentials,
        _ time: SigningTime
    ) throws -> String? {
        let endpoint = template.endpoint
        let scope = CredentialScope(dateStamp: time.dateStamp, region: endpoint.region, service: endpoint.service)
        let canonical = try CanonicalRequest(
            method: method,
            path: endpoint.pathPrefix + "/" + PercentEncoding.path(request.key ?? ""),
            query: template.query,
            headers: CanonicalHeaders(host: endpoint.host, headers: template.headers)
        )
        let string = StringToSign(time: time, scope: scope, canonicalRequest: canonical)
        return SigningKey(credentials: credentials, scope: scope).signature(of: string).hexadecimal
    }

    private func template(credentials: SigningCredentials, time: SigningTime) throws -> S3PresignTemplate {
        let names: [String: S3EndpointVariants] = ["dualStack": .dualStack, "fips": .fips, "accelerate": .accelerated]
        let endpoint = try S3Endpoint.resolve(
            bucket: request.bucket,
            region: request.region,
            addressingStyle: #require(AddressingStyle(rawValue: request.style)),
            customEndpoint: request.endpoint,
            variants: S3EndpointVariants((request.variants ?? []).map { try #require(names[$0]) })
        )
        return try S3Signer(credentials: credentials).template(
            #require(S3Operation(rawValue: request.operation)),
            at: endpoint,
            time: time,
            expiresIn: request.expires,
            options: S3ObjectOptions(request)
        )
    }
}

extension S3ObjectOptions {
    fileprivate init(_ request: CorpusCase.Request) throws {
        self.init()
        contentLength = request.contentLength
        contentMD5 = request.contentMD5
        checksum = try request.checksum.map {
            try S3Checksum(#require(.init(rawValue: $0[0])), value: $0[1])
        }
        checksumAlgorithm = try request.checksumAlgorithm.map { try #require(.init(rawValue: $0)) }
        contentType = request.contentType
        contentEncoding = request.contentEncoding
        contentLanguage = request.contentLanguage
        contentDisposition = request.contentDisposition
        cacheControl = request.cacheControl
        expires = request.expiresHeader
        metadata = try Self.pairs(request.metadata)
        storageClass = request.storageClass
        tags = try Self.pairs(request.tags)
        acl = request.acl
        encryption = try request.encryption.map { try #require(S3Encryption(rawValue: $0)) }
        kmsKey = request.kmsKey
        kmsContext = try Self.pairs(request.kmsContext)
        usesBucketKey = request.usesBucketKey
        customerKey = try request.customerKey.map {
            try S3CustomerKey(Array(#require(Data(base64Encoded: $0))))
        }
        objectLockMode = request.objectLockMode
        retainUntil = request.retainUntil
        hasLegalHold = request.hasLegalHold
        ifMatch = request.ifMatch
        ifNoneMatch = request.ifNoneMatch
        ifModifiedSince = request.ifModifiedSince
        ifUnmodifiedSince = request.ifUnmodifiedSince
        range = request.range
        versionID = request.versionID
        copySource = try request.copySource.map {
            try S3CopySource(bucket: $0[0], key: $0[1], versionID: $0.count > 2 ? $0[2] : nil)
        }
        copySourceRange = request.copySourceRange
        metadataDirective = request.metadataDirective
        taggingDirective = request.taggingDirective
        uploadID = request.uploadID
        partNumber = request.partNumber
        objectSize = request.objectSize
        isRequesterPays = request.payer
        headers = try Self.pairs(request.headers)
        query = try Self.pairs(request.query)
    }

    private static func pairs(_ lists: [[String]]?) throws -> [Pair] {
        try (lists ?? []).map { list in
            try #require(list.count == 2)
            return (name: list[0], value: list[1])
        }
    }
}
