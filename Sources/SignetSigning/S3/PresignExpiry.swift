// SPDX-License-Identifier: Apache-2.0

/// When a presigned URL really ends: it dies with its credential
/// (S3 User Guide, "Expiration time for presigned URLs").
public struct PresignExpiry: Sendable, Hashable {
    /// What sets the end.
    public enum Limit: String, Sendable, Hashable {
        /// What was asked for.
        case request
        /// The credential, which ends before.
        case credential
    }

    /// Seconds that a URL may live at most: 7 days.
    public static let longest: Int64 = 604_800

    /// Seconds that are signed as `X-Amz-Expires`.
    public let seconds: Int64
    /// The real end, Unix seconds.
    public let end: Int64
    /// Whether the URL ends as asked for or with its credential.
    public let limitedBy: Limit

    /// - Parameters:
    ///   - seconds: 1 to 604,800.
    ///   - time: When the URL is signed.
    ///   - credentialExpiration: Unix seconds; `nil`: unknown.
    /// - Throws: `invalid_expiry`, or `credential_expired` if nothing would be left.
    public init(seconds: Int64, from time: SigningTime, credentialExpiration: Int64?) throws(SigningError) {
        guard (1...Self.longest).contains(seconds) else {
            throw SigningError(
                .invalidExpiry,
                parameter: "expiresIn",
                message: "a presigned URL lives 1 to 604800 seconds (7 days), not \(seconds)"
            )
        }
        let requested = time.unixSeconds + seconds
        self.seconds = seconds
        guard let credentialExpiration, credentialExpiration < requested else {
            end = requested
            limitedBy = .request
            return
        }
        guard credentialExpiration > time.unixSeconds else {
            throw SigningError(
                .credentialExpired,
                parameter: "credential",
                message: "the credential has expired; renew it and try again"
            )
        }
        end = credentialExpiration
        limitedBy = .credential
    }

    /// Refuses URLs that might end before they are made: their life counts from the start of a signing window.
    ///
    /// - Parameter window: Seconds; 0: none.
    /// - Throws: `invalid_expiry`.
    public func check(outlives window: Int64) throws(SigningError) {
        guard seconds > window else {
            throw SigningError(
                .invalidExpiry,
                parameter: "expiresIn",
                message: "a URL's life counts from the start of its signing window: expiresIn must exceed "
                    + "the window of \(window) seconds"
            )
        }
    }
}
