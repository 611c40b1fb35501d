// SPDX-License-Identifier: Apache-2.0

internal import SignetSigning

/// A request to S3, unsigned.
struct S3Request: Sendable {
    typealias Pair = (name: String, value: String)

    let method: String
    /// Not encoded; `nil`: about the bucket itself.
    var key: String?
    var query: [Pair] = []
    var headers: [Pair] = []
    var body: [UInt8] = []
    /// Whether it may be sent again though S3 may have done it.
    var isRepeatable = true
    /// For the whole of an attempt; `nil`: as usual.
    var timeout: Duration?

    /// Signs it for now.
    func signed(for bucket: S3Bucket, at time: SigningTime) throws(SigningError) -> SignedRequest {
        let endpoint = bucket.endpoint
        var request = SignableRequest(
            method: method,
            host: endpoint.host,
            path: endpoint.pathPrefix + "/" + (key ?? ""),
            query: query,
            headers: headers,
            payload: body.isEmpty ? .empty : PayloadHash(hash: body)
        )
        if key == nil, !endpoint.pathPrefix.isEmpty { request.path = endpoint.pathPrefix }
        return try request.signed(
            with: bucket.credentials,
            at: time,
            region: endpoint.region,
            service: endpoint.service
        )
    }
}

/// What S3 answered.
struct S3Answer: Sendable {
    let status: Int
    let headers: [S3Request.Pair]
    let body: [UInt8]

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }
}
