// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// Multi-region access points: signed by SigV4A, each item on its own.
extension S3TemplateCompiler {
    /// The presigned request of an item at a multi-region access point, signed by SigV4A.
    ///
    /// - Parameter path: The item's path in the job, for failures.
    mutating func multiRegion(
        for item: S3SigningItem,
        key: String,
        path: String
    ) throws(FailureError) -> (path: String, signature: [UInt8], shared: UInt32) {
        let options = item.hasOptions ? item.options.over(defaults) : defaults
        try checkForm(options, of: item, path: path)
        let request: PresignedMultiRegionURL
        do throws(SigningError) {
            request = try presigner().presign(
                operation,
                at: endpoint,
                key: key,
                options: objectOptions(options),
                time: time,
                expiresIn: expiresIn
            )
        } catch {
            throw FailureError(signing: error) { item.path(of: $0, under: path) }
        }
        let index = index(of: options) { [endpoint, cdnOrigin] in
            SharedRequest(request, at: endpoint, cdnOrigin: cdnOrigin)
        }
        return (request.path, request.signature, index)
    }

    private mutating func presigner() throws(SigningError) -> MultiRegionPresigner {
        if let multiRegionPresigner { return multiRegionPresigner }
        let presigner = try MultiRegionPresigner(credentials: signer.credentials)
        multiRegionPresigner = presigner
        return presigner
    }
}

extension SharedRequest {
    fileprivate init(_ request: PresignedMultiRegionURL, at endpoint: S3Endpoint, cdnOrigin: String) {
        self.init(
            method: request.method,
            at: endpoint,
            headers: request.headers.map(Pair.init),
            expiry: request.expiry,
            cdnOrigin: cdnOrigin
        )
        query = request.query
    }
}
