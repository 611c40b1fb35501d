// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// Forms of browsers: a policy for each item.
extension S3TemplateCompiler {
    /// The form of an item.
    ///
    /// - Parameter path: The item's path in the job, for failures.
    mutating func form(
        for item: S3SigningItem,
        key: String,
        path: String
    ) throws(FailureError) -> (fields: [Pair], shared: UInt32) {
        let options = item.hasOptions ? item.options.over(defaults) : defaults
        let form: PresignedPOST
        do throws(SigningError) {
            form = try POSTPolicy(options, key: key, at: endpoint).signed(
                with: signer.credentials,
                at: time,
                expiresIn: expiresIn,
                region: endpoint.region,
                service: endpoint.service
            )
        } catch {
            throw FailureError(signing: error) { item.path(of: $0, under: path) }
        }
        let index = index(of: options) { [endpoint, cdnOrigin] in
            SharedRequest(form, at: endpoint, cdnOrigin: cdnOrigin)
        }
        return (form.fields.map(Pair.init), index)
    }

    /// Refuses what belongs to forms elsewhere, and what a store without forms cannot do instead.
    func checkForm(
        _ options: S3RequestOptions,
        of item: S3SigningItem,
        path: String
    ) throws(FailureError) {
        if isOfForms {
            guard options.hasFileSize else {
                throw FailureError(
                    .missingField,
                    field: "\(path).options.fileSize",
                    message: "this store takes no forms; for a presigned PUT instead say how many bytes the file has"
                )
            }
            return
        }
        for (field, isGiven) in [
            ("minBytes", options.hasMinBytes), ("maxBytes", options.hasMaxBytes),
            ("startsWith", !options.startsWith.isEmpty), ("fields", !options.fields.isEmpty),
        ] where isGiven {
            throw FailureError(
                .invalidValue,
                field: item.path(of: field, under: path),
                message: "\(field) belongs to \(Self.postObject), not to \(operation.rawValue)"
            )
        }
    }
}

extension SharedRequest {
    fileprivate init(_ form: PresignedPOST, at endpoint: S3Endpoint, cdnOrigin: String) {
        self.init(method: "POST", at: endpoint, headers: [], expiry: form.expiry, cdnOrigin: cdnOrigin)
        storageClass = form.fields.first { $0.name == "x-amz-storage-class" }?.value ?? ""
    }
}
