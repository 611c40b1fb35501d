// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import SignetSigning

/// Signs URLs or cookies of CloudFront with a key ring of this worker. Synchronous and without I/O.
package struct CloudFrontSigningHandler: Sendable {
    private let credentials: CredentialResolver

    package init(credentials: CredentialResolver) {
        self.credentials = credentials
    }

    /// What events call it.
    static func operation(of request: CloudFrontSigningJob) -> String {
        request.cookies ? "CloudFrontSignedCookies" : "CloudFrontSignedUrl"
    }

    /// Signs a chunk.
    ///
    /// One bad item never fails the others, unless it is the only one.
    ///
    /// - Throws: What is wrong with the chunk as a whole.
    package func sign(_ job: Job, _ request: CloudFrontSigningJob) throws(FailureError) -> CloudFrontOutcome {
        guard !request.domain.isEmpty else {
            throw FailureError(.missingField, field: "domain", message: "domain must name the distribution's host")
        }
        guard (1...S3SigningHandler.maximumItems).contains(request.items.count) else {
            throw FailureError(
                request.items.isEmpty ? .missingField : .tooManyItems,
                field: "items",
                message: "a job for CloudFront has 1 to \(S3SigningHandler.maximumItems) items in one record"
            )
        }
        let hashName = request.hashAlgorithm.isEmpty ? CloudFrontHash.sha1.rawValue : request.hashAlgorithm
        guard let hash = CloudFrontHash(rawValue: hashName) else {
            throw FailureError(
                .invalidValue,
                field: "hashAlgorithm",
                message: "hashAlgorithm is one of \(CloudFrontHash.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        let signingTime = job.signingTimeMs / 1_000
        let expiresIn = request.hasExpiresIn ? request.expiresIn : S3SigningHandler.defaultExpiry
        let (end, overflow) = signingTime.addingReportingOverflow(expiresIn)
        guard expiresIn > 0, !overflow, end <= CloudFrontPolicy.latestEnd else {
            throw FailureError(
                .invalidExpiry,
                field: "expiresIn",
                message: "expiresIn must be at least 1 second, and its end lie before 19 January 2038"
            )
        }
        let ring = try credentials.keyRing(named: request.keyRing, tenant: job.tenant)
        let signer: CloudFrontSigner
        do throws(SigningError) {
            signer = CloudFrontSigner(key: try ring.key(at: signingTime), hash: hash)
        } catch {
            throw FailureError(signing: error) { $0 }
        }
        var outcome = CloudFrontOutcome(request, keyPairID: signer.key.keyPairID, end: end, expiresIn: expiresIn)
        for (index, item) in request.items.enumerated() {
            do throws(SigningError) {
                outcome.add(try sign(item, of: request, with: signer, end: end))
            } catch {
                let failure = FailureError(signing: error) { parameter in
                    ["key", "query"].contains(parameter) ? "items[\(index)].\(parameter)" : Self.field(of: parameter)
                }
                if request.items.count == 1 { throw failure }
                outcome.add(failure: failure, of: item)
            }
        }
        return outcome
    }

    private func sign(
        _ item: CloudFrontItem,
        of request: CloudFrontSigningJob,
        with signer: CloudFrontSigner,
        end: Int64
    ) throws(SigningError) -> CloudFrontSigned {
        let url = try CloudFrontSigner.url(domain: request.domain, key: item.key, query: item.query)
        let isCustom = !request.resource.isEmpty || request.notBeforeMs != 0 || !request.ipRange.isEmpty
        let policy =
            isCustom
            ? try CloudFrontPolicy(
                resource: request.resource.isEmpty ? url : request.resource,
                end: end,
                start: request.notBeforeMs == 0 ? nil : request.notBeforeMs / 1_000,
                ipRange: request.ipRange.isEmpty ? nil : request.ipRange
            ) : try CloudFrontPolicy(url: url, end: end)
        var signed = CloudFrontSigned()
        signed.id = item.id
        signed.key = item.key
        if request.cookies {
            signed.url = url
            signed.cookies = try signer.cookies(policy: policy).map(Pair.init)
        } else {
            signed.url = try signer.sign(url: url, policy: policy)
        }
        return signed
    }

    private static func field(of parameter: String) -> String {
        parameter == "expires" ? "expiresIn" : parameter == "notBefore" ? "notBeforeMs" : parameter
    }
}

/// What signing a chunk for CloudFront gave: the result for its reply and the counts for its event.
package struct CloudFrontOutcome: Sendable {
    package private(set) var result = CloudFrontSigningResult()
    private let operation: String
    private(set) var signed: UInt32 = 0
    private var failures: [FailureError] = []

    init(_ request: CloudFrontSigningJob, keyPairID: String, end: Int64, expiresIn: Int64) {
        operation = CloudFrontSigningHandler.operation(of: request)
        result.keyPairID = keyPairID
        result.expiresAtMs = end * 1_000
        result.expiresIn = expiresIn
        result.domain = request.domain
    }

    mutating func add(_ item: CloudFrontSigned) {
        result.items.append(item)
        signed += 1
    }

    mutating func add(failure: FailureError, of item: CloudFrontItem) {
        var failed = CloudFrontSigned()
        failed.id = item.id
        failed.key = item.key
        failed.failure = Failure(failure)
        result.items.append(failed)
        failures.append(failure)
    }

    /// The event's data, but for its times and its worker.
    func event(for job: Job) -> UrlsMinted {
        var event = UrlsMinted()
        event.jobID = job.jobID
        event.chunk = job.chunk
        event.tenant = job.tenant
        event.caller = job.caller
        event.operation = operation
        event.bucket = result.domain
        event.count = signed
        event.failed = UInt32(truncatingIfNeeded: failures.count)
        event.outcome = failures.isEmpty ? "success" : signed == 0 ? "failed" : "partial"
        event.code = failures.first?.code.rawValue ?? ""
        event.expiresAt = Timestamp.rfc3339(unixMilliseconds: result.expiresAtMs)
        event.expiryLimitedBy = "request"
        return event
    }
}
