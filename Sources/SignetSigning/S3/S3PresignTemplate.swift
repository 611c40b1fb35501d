// SPDX-License-Identifier: Apache-2.0

/// Presigned requests for many keys: what they share is hashed once, and a key costs what depends on it. Shows neither
/// its key nor its query, which may hold a session token.
public struct S3PresignTemplate: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Bytes of an object's key at most (S3 User Guide, "Naming Amazon S3 objects").
    public static let longestKey = 1_024

    public let method: S3Method
    public let endpoint: S3Endpoint
    public let expiry: PresignExpiry
    /// The query without its signature.
    public let query: String
    private let canonicalHeaders: CanonicalHeaders
    /// The canonical request up to the key's path.
    private let requestHead: SHA256Hash
    /// The canonical request behind the key's path.
    private let requestTail: [UInt8]
    /// The signature's inner hash behind the fixed start of the string to sign.
    private let stringHead: SHA256Hash
    private let key: SigningKey

    init(
        method: S3Method,
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
            extra: extra
        )
        self.method = method
        self.endpoint = endpoint
        self.expiry = expiry
        self.key = key
        canonicalHeaders = headers
        var request = SHA256Hash()
        request.update("\(method.rawValue)\n\(endpoint.pathPrefix)")
        requestHead = request
        requestTail = Array(CanonicalRequest.tail(query: query, headers: headers).utf8)
        var string = key.hmac.inner
        string.update(StringToSign.head(time: time, scope: scope))
        stringHead = string
    }

    /// What the client must send besides `host`: lower-case names, in order.
    public var headers: [S3ObjectOptions.Pair] {
        canonicalHeaders.sent.map { ($0.name, $0.value) }
    }

    /// Signs one key.
    ///
    /// - Parameter key: 1 to 1,024 bytes of any Unicode; encoded once and not normalised.
    /// - Throws: `invalid_key`.
    public func sign(key: String) throws(SigningError) -> SignedObject {
        var key = key
        let count = key.utf8.count
        guard (1...Self.longestKey).contains(count) else {
            throw SigningError(
                .invalidKey,
                parameter: "key",
                message: count == 0
                    ? "the key is empty" : "a key has at most \(Self.longestKey) bytes of UTF-8, not \(count)"
            )
        }
        return key.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(byteCount: bytes.count * 3 + 1, alignment: 1) { buffer in
                buffer[0] = UInt8(ascii: "/")
                let length = PercentEncoding.write(
                    UnsafeRawBufferPointer(bytes),
                    to: UnsafeMutableRawBufferPointer(rebasing: buffer[1...]),
                    keepsSlash: true
                )
                let path = UnsafeRawBufferPointer(rebasing: buffer[0...length])
                return SignedObject(
                    path: String(decoding: path, as: UTF8.self),
                    signature: signature(ofPath: path)
                )
            }
        }
    }

    public var description: String { "S3PresignTemplate(\(method.rawValue) \(endpoint.origin)\(endpoint.pathPrefix))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror {
        Mirror(self, children: ["method": method, "endpoint": endpoint, "expiry": expiry])
    }

    private func signature(ofPath path: UnsafeRawBufferPointer) -> SHA256Digest {
        var request = requestHead
        request.update(path)
        request.update(requestTail)
        let digest = request.finalize()
        var string = stringHead
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { hexadecimal in
            digest.writeHexadecimal(to: hexadecimal)
            string.update(UnsafeRawBufferPointer(hexadecimal))
        }
        return key.hmac.finish(&string)
    }

    /// The presigned URL of a signed key: a secret for as long as it lives.
    public func url(for object: SignedObject) -> String {
        "\(endpoint.origin)\(endpoint.pathPrefix)\(object.path)?\(query)&X-Amz-Signature=\(object.signature.hexadecimal)"
    }
}

/// A key that was signed under a template. Shows the key without the signature, which opens the object to its bearer.
public struct SignedObject: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The encoded key with its leading slash.
    public let path: String
    public let signature: SHA256Digest

    /// Appends the 32 bytes of the signature.
    public func appendSignature(to bytes: inout [UInt8]) {
        signature.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    public var description: String { "SignedObject(\(path))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["path": path]) }
}
