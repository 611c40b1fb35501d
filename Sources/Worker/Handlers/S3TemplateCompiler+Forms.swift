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
            throw FailureError(signing: error) { parameter in
                parameter == "key"
                    ? "\(path).key" : item.path(of: S3RequestOptions.field(of: parameter), under: path)
            }
        }
        let index: UInt32
        if let known = forms[options] {
            index = known
        } else {
            index = add(SharedRequest(form, at: endpoint, cdnOrigin: cdnOrigin), declaredBytes: options.fileSize)
            forms[options] = index
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
        self.init()
        method = "POST"
        origin = endpoint.origin
        pathPrefix = endpoint.pathPrefix
        bucket = endpoint.bucket
        region = endpoint.region
        storageClass = form.fields.first { $0.name == "x-amz-storage-class" }?.value ?? ""
        expiresIn = form.expiry.seconds
        expiresAtMs = form.expiry.end * 1_000
        expiryLimitedBy = form.expiry.limitedBy.rawValue
        self.cdnOrigin = cdnOrigin
    }
}
