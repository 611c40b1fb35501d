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
    /// The URL up to the key's path.
    private let urlHead: [UInt8]
    /// The URL between the path and the signature's digits.
    private let urlTail: [UInt8]

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
        urlHead = Array("\(endpoint.origin)\(endpoint.pathPrefix)".utf8)
        urlTail = Array("?\(query)&X-Amz-Signature=".utf8)
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
        try Self.check(key)
        var key = key
        return key.withUTF8 { key in
            withUnsafeTemporaryAllocation(byteCount: key.count * 3 + 1, alignment: 1) { buffer in
                let path = Self.writePath(of: key, to: buffer)
                return SignedObject(path: String(decoding: path, as: UTF8.self), signature: signature(ofPath: path))
            }
        }
    }

    /// The presigned URL of a signed key: a secret for as long as it lives.
    public func url(for object: SignedObject) -> String {
        var path = object.path
        return path.withUTF8 { path in
            url(pathOf: path.count) { buffer in
                buffer.copyMemory(from: UnsafeRawBufferPointer(path))
                return (path.count, object.signature)
            }
        }
    }

    /// The presigned URL of a key: what `url(for:)` gives for a signed key, in one pass.
    ///
    /// - Parameter key: As for `sign(key:)`.
    /// - Throws: `invalid_key`.
    public func url(forKey key: String) throws(SigningError) -> String {
        try Self.check(key)
        var key = key
        return key.withUTF8 { key in
            url(pathOf: key.count * 3 + 1) { buffer in
                let path = Self.writePath(of: key, to: buffer)
                return (path.count, signature(ofPath: path))
            }
        }
    }

    /// Assembles a URL in place.
    ///
    /// - Parameter writePath: Writes at most `capacity` bytes; returns how many, and the signature.
    @inline(__always)
    private func url(
        pathOf capacity: Int,
        writePath: (UnsafeMutableRawBufferPointer) -> (length: Int, signature: SHA256Digest)
    ) -> String {
        String(unsafeUninitializedCapacity: urlHead.count + capacity + urlTail.count + 64) { url in
            let url = UnsafeMutableRawBufferPointer(url)
            url.copyBytes(from: urlHead)
            var end = urlHead.count
            let (length, signature) = writePath(UnsafeMutableRawBufferPointer(rebasing: url[end..<end + capacity]))
            end += length
            UnsafeMutableRawBufferPointer(rebasing: url[end...]).copyBytes(from: urlTail)
            end += urlTail.count
            signature.writeHexadecimal(to: UnsafeMutableRawBufferPointer(rebasing: url[end...]))
            return end + 64
        }
    }

    private static func check(_ key: String) throws(SigningError) {
        let count = key.utf8.count
        guard (1...longestKey).contains(count) else {
            throw SigningError(
                .invalidKey,
                parameter: "key",
                message: count == 0 ? "the key is empty" : "a key has at most \(longestKey) bytes of UTF-8, not \(count)"
            )
        }
    }

    /// Writes a slash and the encoded key to `buffer`, which must hold three times its bytes and one.
    @inline(__always)
    private static func writePath(
        of key: UnsafeBufferPointer<UInt8>,
        to buffer: UnsafeMutableRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        buffer[0] = UInt8(ascii: "/")
        let length = PercentEncoding.write(
            UnsafeRawBufferPointer(key), to: UnsafeMutableRawBufferPointer(rebasing: buffer[1...]), keepsSlash: true
        )
        return UnsafeRawBufferPointer(rebasing: buffer[0...length])
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
