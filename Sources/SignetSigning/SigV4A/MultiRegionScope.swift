// SPDX-License-Identifier: Apache-2.0

/// The scope of SigV4A: of a day and a service, but of no region.
public struct MultiRegionScope: Sendable, Hashable, CustomStringConvertible {
    /// `20130524`.
    public let dateStamp: String
    /// `s3`.
    public let service: String

    /// - Parameters:
    ///   - dateStamp: The day of signing, `yyyyMMdd`.
    ///   - service: `s3`.
    public init(dateStamp: String, service: String = "s3") {
        self.dateStamp = dateStamp
        self.service = service
    }

    /// `20130524/s3/aws4_request`.
    public var description: String { "\(dateStamp)/\(service)/aws4_request" }
}

extension StringToSign {
    /// What a SigV4A key signs: the scope has no region.
    public init(time: SigningTime, scope: MultiRegionScope, canonicalRequest: CanonicalRequest) {
        self.init(
            algorithm: SigV4AKey.algorithm,
            time: time,
            scope: scope.description,
            canonicalRequest: canonicalRequest
        )
    }
}
