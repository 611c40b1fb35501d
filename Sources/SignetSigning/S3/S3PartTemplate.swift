// SPDX-License-Identifier: Apache-2.0

/// What the requests for all parts of one multipart upload have in common; only their numbers differ (S3 API Reference,
/// "UploadPart").
///
/// Immutable and safe to share between threads. Shows neither query nor key.
public struct S3PartTemplate: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The numbers that a part may have.
    public static let numbers = 1...10_000

    /// Where the requests go.
    public let endpoint: S3Endpoint
    /// When its URLs end.
    public let expiry: PresignExpiry
    /// The encoded key with its leading slash.
    public let path: String
    /// The query without the part's number and without the signature.
    public let query: String
    /// What the client must send besides `host`: lower-case names, in order.
    public let headers: [S3ObjectOptions.Pair]
    private let prepared: PreparedPresign

    /// - Parameter template: Of part 1.
    init(_ template: S3PresignTemplate, key: String) throws(SigningError) {
        path = try template.sign(key: key).path
        endpoint = template.endpoint
        expiry = template.expiry
        headers = template.headers
        // A name that stands behind those of the signature; values have no `&`.
        guard let number = template.query.firstRange(of: "&partNumber=1") else {
            throw SigningError(.invalidPart, parameter: "partNumber", message: "the query has no part's number")
        }
        let (before, after) = (template.query[..<number.lowerBound], template.query[number.upperBound...])
        query = String(before + after)
        prepared = PreparedPresign(template.prepared, path: path, before: "\(before)&partNumber=", after: String(after))
    }

    /// What the client must send the requests with.
    public var method: String { S3Operation.uploadPart.method }

    /// Signs parts side by side, as `S3PresignTemplate.sign(keys:)` signs keys.
    ///
    /// - Parameter numbers: Each 1 to 10,000.
    /// - Returns: The signatures in the order of the numbers: what `X-Amz-Signature` holds in hexadecimal.
    /// - Throws: `invalid_part`.
    public func sign(_ numbers: some Collection<Int>) throws(SigningError) -> [SHA256Digest] {
        for number in numbers { try Self.check(number) }
        var signatures: [SHA256Digest] = []
        signatures.reserveCapacity(numbers.count)
        prepared.withSignatures(
            of: numbers.map(String.init),
            lengths: 1...5,
            kernels: numbers.count < S3PresignTemplate.leastBatch ? [] : SHA256Kernel.preferred
        ) { _, _, signature in signatures.append(signature) }
        return signatures
    }

    /// The presigned URL of a part: a secret for as long as it lives.
    ///
    /// - Parameter number: 1 to 10,000.
    /// - Throws: `invalid_part`.
    public func url(forPart number: Int) throws(SigningError) -> String {
        try Self.check(number)
        return prepared.withSignature(of: String(number)) { prepared.url(path: $0, signature: $1) }
    }

    private static func check(_ number: Int) throws(SigningError) {
        guard numbers.contains(number) else {
            throw SigningError(
                .invalidPart,
                parameter: "partNumber",
                message: "parts are numbered 1 to 10000, not \(number)"
            )
        }
    }

    /// Names method and bucket alone.
    public var description: String { "S3PartTemplate(\(endpoint.origin)\(endpoint.pathPrefix))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows neither query nor key.
    public var customMirror: Mirror { Mirror(self, children: ["endpoint": endpoint, "expiry": expiry]) }
}

extension S3Signer {
    /// Compiles everything that the presigned requests for the parts of an upload have in common.
    ///
    /// - Parameters:
    ///   - key: The upload's, as for `S3PresignTemplate.sign(key:)`.
    ///   - endpoint: Where they go.
    ///   - time: When they are signed.
    ///   - expiresIn: Seconds, 1 to 604,800.
    ///   - options: With the upload's id and without a part's number; a `contentLength` is that of every part.
    /// - Throws: `SigningError` that names what is wrong.
    public func partTemplate(
        forKey key: String,
        at endpoint: S3Endpoint,
        time: SigningTime,
        expiresIn: Int64,
        options: S3ObjectOptions
    ) throws(SigningError) -> S3PartTemplate {
        var options = options
        options.partNumber = 1
        return try S3PartTemplate(
            template(.uploadPart, at: endpoint, time: time, expiresIn: expiresIn, options: options),
            key: key
        )
    }
}
