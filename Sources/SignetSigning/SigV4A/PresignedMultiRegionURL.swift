// SPDX-License-Identifier: Apache-2.0

/// A presigned request to a multi-region access point. Shows neither query nor signature.
public struct PresignedMultiRegionURL: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// What the client must send the request with.
    public let method: String
    /// The access point's host.
    public let host: String
    /// Encoded.
    public let path: String
    /// Without the signature.
    public let query: String
    /// DER.
    package let signature: [UInt8]
    /// What the client must send besides `host`: lower-case names, in order.
    public let headers: [S3ObjectOptions.Pair]
    /// When the URL ends.
    public let expiry: PresignExpiry

    init(
        method: String,
        host: String,
        path: String,
        query: String,
        signature: [UInt8],
        headers: [S3ObjectOptions.Pair],
        expiry: PresignExpiry
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.signature = signature
        self.headers = headers
        self.expiry = expiry
    }

    /// The presigned URL: a secret for as long as it lives.
    public var url: String { "https://\(host)\(path)?\(query)&X-Amz-Signature=\(Hexadecimal.text(signature))" }

    /// Names method, host and path alone.
    public var description: String { "PresignedMultiRegionURL(\(method) \(host)\(path))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows method, host, path and end alone.
    public var customMirror: Mirror {
        Mirror(self, children: ["method": method, "host": host, "path": path, "expiry": expiry])
    }
}
