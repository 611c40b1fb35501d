// SPDX-License-Identifier: Apache-2.0

/// An access key with its secret, and a session token if it is temporary. Shows neither secret nor token.
public struct SigningCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the credential; no secret.
    public let accessKeyID: String
    /// Of temporary credentials; signed into the query as `X-Amz-Security-Token`.
    public let sessionToken: String?
    /// When the credential ends, Unix seconds; `nil`: unknown or never.
    public let expiration: Int64?
    let secretAccessKey: SecretBytes

    /// - Parameters:
    ///   - accessKeyID: 1 to 128 printable ASCII characters without `/` and space (MinIO, R2 and Ceph use any form).
    ///   - secretAccessKey: Not empty; its memory is overwritten when the last copy goes.
    ///   - sessionToken: Empty is none, as in `AWS_SESSION_TOKEN=`.
    ///   - expiration: When the credential ends, Unix seconds; `nil`: unknown, or never.
    public init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expiration: Int64? = nil
    ) throws(SigningError) {
        guard
            (1...128).contains(accessKeyID.utf8.count),
            accessKeyID.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") })
        else {
            throw SigningError(
                .invalidAccessKey,
                parameter: "accessKeyID",
                message: "an access key is 1 to 128 printable ASCII characters without slash and space"
            )
        }
        guard !secretAccessKey.isEmpty, secretAccessKey.utf8.count <= 1_024 else {
            throw SigningError(
                .invalidAccessKey,
                parameter: "secretAccessKey",
                message: "the secret key is empty or longer than 1,024 bytes"
            )
        }
        self.accessKeyID = accessKeyID
        self.secretAccessKey = SecretBytes(secretAccessKey.utf8)
        self.sessionToken = sessionToken?.isEmpty == true ? nil : sessionToken
        self.expiration = expiration
    }

    /// Names the access key alone.
    public var description: String { "SigningCredentials(\(accessKeyID))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the access key alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}

/// Bytes that are overwritten when they are released.
///
/// `@unchecked Sendable`: immutable until `deinit`.
final class SecretBytes: @unchecked Sendable {
    private let buffer: UnsafeMutableRawBufferPointer

    init(_ bytes: some Collection<UInt8>) {
        buffer = .allocate(byteCount: bytes.count, alignment: 1)
        buffer.copyBytes(from: bytes)
    }

    deinit {
        buffer.withMemoryRebound(to: UInt8.self) { bytes in
            for index in bytes.indices { bytes[index] = 0 }
        }
        buffer.deallocate()
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(buffer))
    }
}
