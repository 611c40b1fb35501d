// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

extension POSTPolicy {
    /// The policy that a job's options ask for: what would be a header of a PUT is a field of the form.
    init(_ options: S3RequestOptions, key: String, at endpoint: S3Endpoint) throws(SigningError) {
        for (parameter, isGiven) in [
            ("tags", !options.tags.isEmpty), ("ifMatch", options.hasIfMatch), ("ifNoneMatch", options.hasIfNoneMatch),
            ("contentMD5", options.hasContentMd5), ("query", !options.query.isEmpty),
            ("headers", !options.headers.isEmpty),
        ] where isGiven {
            throw SigningError(.invalidOption, parameter: parameter, message: "a form has no such field; leave it out")
        }
        var object = try S3ObjectOptions(options)
        object.contentLength = nil
        let parts = try S3RequestParts(.putObject, object, at: endpoint)
        // S3's names of fields where they are not the headers'.
        let names = ["x-amz-acl": "acl", "content-type": "Content-Type", "cache-control": "Cache-Control"]
        var conditions = options.startsWith.map { POSTCondition.startsWith(field: $0.name, prefix: $0.value) }
        if options.hasFileSize {
            conditions.append(.contentLength(from: options.fileSize, to: options.fileSize))
        } else if options.hasMinBytes || options.hasMaxBytes {
            let most = options.hasMaxBytes ? options.maxBytes : S3ObjectOptions.largestPut
            guard (0...S3ObjectOptions.largestPut).contains(most), (0...most).contains(options.minBytes) else {
                throw SigningError(
                    .invalidCondition,
                    parameter: options.hasMaxBytes ? "maxBytes" : "minBytes",
                    message: "a file has from minBytes, 0 at least, to maxBytes, "
                        + "\(S3ObjectOptions.largestPut) (5 GiB) at most"
                )
            }
            conditions.append(.contentLength(from: options.minBytes, to: most))
        }
        self.init(
            bucket: endpoint.bucket,
            key: key,
            fields: parts.headers.map { (names[$0.name] ?? $0.name, $0.value) }
                + options.fields.map { ($0.name, $0.value) },
            conditions: conditions
        )
    }
}

extension Pair {
    init(_ pair: POSTPolicy.Pair) {
        self.init()
        name = pair.name
        value = pair.value
    }
}
