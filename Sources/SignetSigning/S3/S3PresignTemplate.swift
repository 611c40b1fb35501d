// SPDX-License-Identifier: Apache-2.0

/// Presigned requests for many keys: what they share is hashed once, and a key costs what depends on it. Shows neither
/// its key nor its query, which may hold a session token.
public struct S3PresignTemplate: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Bytes of an object's key at most (S3 User Guide, "Naming Amazon S3 objects").
    public static let longestKey = 1_024

    /// What the requests do.
    public let operation: S3Operation
    /// Where the requests go.
    public let endpoint: S3Endpoint
    /// When its URLs end.
    public let expiry: PresignExpiry
    /// The query without its signature.
    public let query: String
    private let canonicalHeaders: CanonicalHeaders
    let prepared: PreparedPresign

    init(
        operation: S3Operation,
        endpoint: S3Endpoint,
        time: SigningTime,
        expiry: PresignExpiry,
        headers: CanonicalHeaders,
        query extra: [S3ObjectOptions.Pair],
        credentials: SigningCredentials,
        scope: CredentialScope,
        key: SigningKey
    ) throws(SigningError) {
        query = try PresignQuery.make(
            credentials: credentials,
            scope: scope,
            time: time,
            expiresIn: expiry.seconds,
            signedHeaders: headers.signedNames,
            tokenName: endpoint.kind == .directoryBucket ? "X-Amz-S3session-Token" : "X-Amz-Security-Token",
            extra: extra
        )
        self.operation = operation
        self.endpoint = endpoint
        self.expiry = expiry
        canonicalHeaders = headers
        prepared = PreparedPresign(
            operation: operation,
            endpoint: endpoint,
            query: query,
            requestTail: CanonicalRequest.tail(query: query, headers: headers),
            string: PreparedString(key: key.hmac, head: StringToSign.head(time: time, scope: scope))
        )
    }

    /// What the client must send the requests with.
    public var method: String { operation.method }

    /// What the client must send besides `host`: lower-case names, in order.
    public var headers: [S3ObjectOptions.Pair] {
        canonicalHeaders.sent.map { ($0.name, $0.value) }
    }

    /// Signs one key.
    ///
    /// - Parameter key: 1 to 1,024 bytes of any Unicode, encoded once and not normalised; empty for operations on the
    ///   bucket.
    /// - Throws: `invalid_key`.
    public func sign(key: String) throws(SigningError) -> SignedObject {
        try check(key)
        return prepared.withSignature(of: key) { path, signature in
            SignedObject(path: String(copying: path), signature: signature)
        }
    }

    /// The presigned URL of a signed key: a secret for as long as it lives.
    public func url(for object: SignedObject) -> String {
        var path = object.path
        return path.withUTF8 { prepared.url(path: UnsafeRawBufferPointer($0), signature: object.signature) }
    }

    /// The presigned URL of a key: what `url(for:)` gives for a signed key, in one pass.
    ///
    /// - Parameter key: As for `sign(key:)`.
    /// - Throws: `invalid_key`.
    public func url(forKey key: String) throws(SigningError) -> String {
        try check(key)
        return prepared.withSignature(of: key) { prepared.url(path: $0, signature: $1) }
    }

    /// Bytes that the URL of a key has at most.
    ///
    /// - Parameter byteCount: Bytes of the key in UTF-8, as many as a key may have at most.
    public func longestURL(forKeyOf byteCount: Int) -> Int {
        prepared.urlLength(ofPath: 1 + 3 * max(0, min(byteCount, Self.longestKey)))
    }

    /// Writes the presigned URL of a key into memory of the caller: what `url(forKey:)` gives, in ASCII, without
    /// allocating anything.
    ///
    /// - Parameters:
    ///   - key: As for `sign(key:)`.
    ///   - buffer: Room for the URL; `longestURL(forKeyOf:)` bytes are always enough.
    /// - Returns: Bytes of the URL, from the start of the buffer.
    /// - Throws: `invalid_key`; `invalid_length` if there is too little room, and then nothing is written.
    public func writeURL(
        forKey key: String,
        to buffer: UnsafeMutableRawBufferPointer
    ) throws(SigningError) -> Int {
        try check(key)
        let (needed, isWritten) = prepared.withSignature(of: key) { path, signature in
            let needed = prepared.urlLength(ofPath: path.count)
            guard needed <= buffer.count else { return (needed, false) }
            return (prepared.writeURL(path: path, signature: signature, to: buffer), true)
        }
        guard isWritten else {
            throw SigningError(
                .invalidLength,
                parameter: "buffer",
                message: "the URL has \(needed) bytes, but there is room for \(buffer.count); "
                    + "longestURL(forKeyOf:) says what is always enough"
            )
        }
        return needed
    }

    private func check(_ key: String) throws(SigningError) {
        guard keyLengths.contains(key.utf8.count) else { throw refusal(of: key) }
    }

    /// Bytes that a key may have.
    var keyLengths: ClosedRange<Int> { operation.isOnBucket ? 0...0 : 1...Self.longestKey }

    /// Why a key of another length is refused.
    func refusal(of key: String) -> SigningError {
        let count = key.utf8.count
        return SigningError(
            .invalidKey,
            parameter: "key",
            message: operation.isOnBucket
                ? "\(operation.rawValue) is about the bucket and takes no key; to list below one, give its prefix"
                : count == 0
                    ? "the key is empty" : "a key has at most \(Self.longestKey) bytes of UTF-8, not \(count)"
        )
    }

    /// Names method and bucket alone.
    public var description: String {
        "S3PresignTemplate(\(operation.rawValue) \(endpoint.origin)\(endpoint.pathPrefix))"
    }
    /// The same.
    public var debugDescription: String { description }
    /// Shows neither query nor key.
    public var customMirror: Mirror {
        Mirror(self, children: ["operation": operation, "endpoint": endpoint, "expiry": expiry])
    }
}

/// A key that was signed under a template. Shows the key without the signature, which opens the object to its bearer.
public struct SignedObject: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The encoded key with its leading slash.
    public let path: String
    /// What `X-Amz-Signature` holds in hexadecimal.
    public let signature: SHA256Digest

    /// Appends the 32 bytes of the signature.
    public func appendSignature(to bytes: inout [UInt8]) {
        signature.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Names the key alone.
    public var description: String { "SignedObject(\(path))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the key alone.
    public var customMirror: Mirror { Mirror(self, children: ["path": path]) }
}
