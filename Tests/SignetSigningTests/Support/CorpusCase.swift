// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import Testing

/// A presigned request as botocore made it; written by `Corpus/generate.py`.
struct CorpusCase: Decodable, Sendable {
    struct Request: Decodable, Sendable {
        let method: String
        let bucket: String
        let region: String
        let style: String
        let endpoint: String?
        let key: String
        let accessKey: String
        let secretKey: String
        let sessionToken: String?
        let time: Int64
        let expires: Int64
        let contentType: String?
        let contentLength: Int64?
        let storageClass: String?
        let encryption: String?
        let kmsKey: String?
        let cacheControl: String?
        let contentDisposition: String?
        let metadata: [[String]]?
        let headers: [[String]]?
        let query: [[String]]?
    }

    let id: Int
    let request: Request
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
        let object = try template.sign(key: request.key)
        let url = template.url(for: object)
        let ours = PresignedURL(url)
        let theirs = PresignedURL(self.url)
        var result: [String] = []
        func compare(_ what: String, _ ours: some Equatable, _ theirs: some Equatable) {
            let (ours, theirs) = (String(reflecting: ours), String(reflecting: theirs))
            if ours != theirs { result.append("case \(id), \(what): \(ours), but botocore: \(theirs)") }
        }
        compare("method", template.method.rawValue, request.method)
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
        if try template.url(forKey: request.key) != url { result.append("case \(id): in one pass another URL") }
        return result
    }

    /// What the stages give that the template does not go through.
    private func signature(
        of template: S3PresignTemplate,
        _ credentials: SigningCredentials,
        _ time: SigningTime
    ) throws -> String? {
        let scope = CredentialScope(dateStamp: time.dateStamp, region: template.endpoint.region)
        let canonical = try CanonicalRequest(
            method: request.method,
            path: template.endpoint.pathPrefix + "/" + PercentEncoding.path(request.key),
            query: template.query,
            headers: CanonicalHeaders(host: template.endpoint.host, headers: template.headers)
        )
        let string = StringToSign(time: time, scope: scope, canonicalRequest: canonical)
        return SigningKey(credentials: credentials, scope: scope).signature(of: string).hexadecimal
    }

    private func template(credentials: SigningCredentials, time: SigningTime) throws -> S3PresignTemplate {
        let method = try #require(S3Method(rawValue: request.method))
        let endpoint = try S3Endpoint.resolve(
            bucket: request.bucket,
            region: request.region,
            addressingStyle: #require(AddressingStyle(rawValue: request.style)),
            customEndpoint: request.endpoint
        )
        var options = S3ObjectOptions()
        options.contentType = request.contentType
        options.contentLength = request.contentLength
        options.storageClass = request.storageClass
        options.encryption = try request.encryption.map { try #require(S3Encryption(rawValue: $0)) }
        options.kmsKey = request.kmsKey
        options.cacheControl = request.cacheControl
        options.contentDisposition = request.contentDisposition
        options.metadata = try Self.pairs(request.metadata)
        options.headers = try Self.pairs(request.headers)
        return try S3Signer(credentials: credentials).template(
            method,
            at: endpoint,
            time: time,
            expiresIn: request.expires,
            headers: options.headers(for: method, at: endpoint),
            query: Self.pairs(request.query)
        )
    }

    private static func pairs(_ lists: [[String]]?) throws -> [S3ObjectOptions.Pair] {
        try (lists ?? []).map { list in
            try #require(list.count == 2)
            return (name: list[0], value: list[1])
        }
    }
}
