// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// What all items of a batch have in common, its shape checked.
struct BatchRequest: Sendable {
    /// What the items are asked for, still without them.
    enum Work: Sendable {
        case s3(S3SigningJob, RequestSecrets)
        case cloudFront(CloudFrontSigningJob)

        /// Keys of SSE-C that the answer's headers hold.
        var customerKeys: CustomerKeys? {
            if case .s3(_, let secrets) = self { secrets.customerKeys } else { nil }
        }
    }

    let work: Work
    /// Fields that were ignored.
    let warnings: [String]

    var kind: BatchTemplate.Kind {
        switch work {
        case .s3: .s3
        case .cloudFront: .cloudFront
        }
    }

    /// Reads the members of `defaults`.
    init(_ kind: BatchTemplate.Kind, defaults: [String: JSONValue]) throws(Problem) {
        var fields = FieldReader(defaults)
        switch kind {
        case .s3:
            // A batch of downloads unless it says otherwise.
            var signing = S3SigningJob(operation: fields.string("operation") ?? "GetObject", from: &fields)
            let secrets = RequestSecrets(from: &fields)
            let options = S3RequestOptions(from: &fields)
            if options != S3RequestOptions() { signing.defaults = options }
            work = .s3(signing, secrets)
        case .cloudFront:
            work = .cloudFront(CloudFrontSigningJob(from: &fields))
        }
        do throws(Problem) {
            warnings = try fields.finish()
        } catch {
            throw error.within("defaults")
        }
    }

    /// What the chunks have in common, its secrets sealed for their job.
    ///
    /// - Parameter notAfterMs: Up to when a secret may be used, Unix milliseconds.
    func template(for id: JobID, sealing: RequestSealing, notAfterMs: Int64) throws(Problem) -> BatchTemplate {
        do {
            switch work {
            case .cloudFront(let signing): return try BatchTemplate(signing)
            case .s3(let signing, let secrets):
                return try BatchTemplate(sealing.seal(secrets, into: signing, of: id, notAfterMs: notAfterMs))
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.internal, "the job could not be written")
        }
    }

    /// The members of the `defaults` that the first line of a batch of lines holds.
    static func defaults(ofLine line: [UInt8]) throws(Problem) -> [String: JSONValue] {
        let value: JSONValue
        do throws(FailureError) {
            value = try JSONParser.parse(line)
        } catch {
            throw Problem(error)
        }
        return try defaults(of: value, isAlone: true)
    }

    /// The members of the `defaults` that an object holds, and nothing else if `alone`.
    static func defaults(of value: JSONValue, isAlone: Bool) throws(Problem) -> [String: JSONValue] {
        guard case .object(let members) = value, case .object(let defaults)? = members["defaults"],
            !isAlone || members.count == 1
        else {
            throw Problem(
                .missingField,
                field: "defaults",
                isAlone
                    ? "the first line must be {\"defaults\": {…}} with what all items have in common, e.g. s3Bucket"
                    : "defaults is missing or no object; it holds what all items have in common, e.g. s3Bucket"
            )
        }
        return defaults
    }
}

extension Problem {
    /// The same problem with its fields one level down.
    func within(_ parent: String) -> Problem {
        let failures = failures.map { failure in
            var failure = failure
            if !failure.field.isEmpty { failure.field = "\(parent).\(failure.field)" }
            return failure
        }
        guard let first = failures.first else { return self }
        var problem = Problem(first, and: Array(failures.dropFirst()))
        problem.headers = headers
        return problem
    }
}

extension FailureError {
    /// The failure of an item, or of its whole chunk, with its field as the batch calls it.
    var namedAsInBatch: FailureError {
        var failure = self
        guard let end = field.firstIndex(of: "]"), field.hasPrefix("items[") else {
            failure = namedAsInRequest
            if !failure.field.isEmpty { failure.field = "defaults.\(failure.field)" }
            return failure
        }
        var path = field[field.index(after: end)...]
        if path.hasPrefix(".") { path.removeFirst() }
        failure.field = String(path)
        return failure.namedAsInRequest
    }

    /// Whether the failure of a chunk lies in one of its items: a chunk of one fails with it.
    var isOfItem: Bool { field.hasPrefix("items[") }
}
