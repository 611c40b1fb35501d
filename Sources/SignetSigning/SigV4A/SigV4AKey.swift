// SPDX-License-Identifier: Apache-2.0

/// The key of a credential for SigV4A: asymmetric, of all days, regions and services. Shows nothing of it.
public struct SigV4AKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the algorithm in strings to sign and queries.
    public static let algorithm = "AWS4-ECDSA-P256-SHA256"

    /// What verifies its signatures.
    public let publicKey: SigV4APublicKey
    private let key: P256Key

    /// Derives the key; about 0.2 ms, so it is worth keeping.
    ///
    /// - Throws: `signing_failed`.
    public init(credentials: SigningCredentials) throws(SigningError) {
        var scalar = try SigV4AKeyDerivation.scalar(
            secret: credentials.secretAccessKey,
            accessKeyID: credentials.accessKeyID
        )
        defer { scalar.wipe() }
        key = try P256Key.privateKey(scalar)
        publicKey = try SigV4APublicKey(key: key)
    }

    /// Signs a string to sign: another signature each time.
    ///
    /// - Returns: DER in lower-case hexadecimal digits: what `X-Amz-Signature` holds.
    /// - Throws: `signing_failed`.
    public func signature(of stringToSign: StringToSign) throws(SigningError) -> String {
        Hexadecimal.text(try sign(stringToSign))
    }

    /// The signature's bytes, DER.
    func sign(_ stringToSign: StringToSign) throws(SigningError) -> [UInt8] {
        try key.sign(Array(stringToSign.text.utf8))
    }

    /// Only what this is.
    public var description: String { "SigV4AKey" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What verifies the signatures of a SigV4A key; no secret.
public struct SigV4APublicKey: Sendable, CustomStringConvertible {
    /// The point, uncompressed: 0x04 and two numbers of 32 bytes.
    public let point: [UInt8]
    private let key: P256Key

    init(key: P256Key) throws(SigningError) {
        self.key = key
        point = try key.point()
    }

    /// - Parameter point: As `point` gives it.
    /// - Throws: `signing_failed` if it is not on the curve.
    public init(point: [UInt8]) throws(SigningError) {
        key = try P256Key.publicKey(point)
        self.point = point
    }

    /// Whether a signature is of this string and by this key.
    ///
    /// - Parameters:
    ///   - signature: DER in lower-case hexadecimal digits.
    ///   - stringToSign: What it should be of.
    public func verifies(_ signature: String, of stringToSign: StringToSign) -> Bool {
        guard let bytes = Hexadecimal.bytes(signature) else { return false }
        return verifies(bytes, of: stringToSign)
    }

    func verifies(_ signature: [UInt8], of stringToSign: StringToSign) -> Bool {
        key.verifies(signature, of: Array(stringToSign.text.utf8))
    }

    /// The point in hexadecimal digits.
    public var description: String { Hexadecimal.text(point) }
}
