// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import S3ControlPlane
internal import SignetSigning

/// Parts of one multipart upload, signed together.
extension S3SigningHandler {
    /// Signs the parts that a job selects; each is an item of the result.
    ///
    /// - Throws: What is wrong: then none is signed.
    func signParts(_ job: Job, _ signing: S3SigningJob, now: Int64) throws(FailureError) -> S3SigningOutcome {
        guard signing.operation == S3Operation.uploadPart.rawValue, signing.items.count == 1 else {
            throw FailureError(
                .conflictingFields,
                field: "parts",
                message: "parts belong to the operation UploadPart and to one item, whose key is the upload's"
            )
        }
        let item = signing.items[0]
        var compiler = try S3TemplateCompiler(job: job, signing: signing, credentials: credentials, now: now)
        let key = try ObjectKey.make(for: item, jobID: job.jobID, position: signing.firstItem, path: "items[0]")
        let plan = try signing.parts.plan()
        let numbers = try signing.parts.numbers(of: plan)
        let checksums = try signing.parts.checksums(of: numbers)
        let options = item.options.over(signing.defaults)
        if options.hasFileSize {
            throw FailureError(
                .conflictingFields,
                field: item.options.hasFileSize ? "items[0].options.fileSize" : "defaults.fileSize",
                message: "the parts' lengths follow from parts.fileSize; leave this out"
            )
        }

        var outcome = S3SigningOutcome(operation: signing.operation, warnings: compiler.warnings)
        outcome.result.items.reserveCapacity(numbers.count)
        var signatures = Data(capacity: numbers.count * 32)
        // All parts but the last are equally long; those with checksums are each a request of its own.
        let last = plan.map(\.partCount)
        let runs =
            checksums.isEmpty
            ? [numbers.filter { $0 != last }, numbers.filter { $0 == last }] : numbers.map { [$0] }
        for run in runs where !run.isEmpty {
            let length = plan?.size(of: run[0])
            let template: S3PartTemplate
            let digests: [SHA256Digest]
            do throws(SigningError) {
                var own = options
                if let checksum = checksums[run[0]] { own.checksum = checksum }
                var object = try compiler.objectOptions(own)
                object.contentLength = length
                template = try compiler.signer.partTemplate(
                    forKey: key,
                    at: compiler.endpoint,
                    time: compiler.time,
                    expiresIn: compiler.expiresIn,
                    options: object
                )
                digests = try template.sign(run)
            } catch {
                throw FailureError(signing: error) { parameter in
                    parameter == "checksum" ? "parts.ranges" : item.path(of: parameter, under: "items[0]")
                }
            }
            let index = compiler.add(
                SharedRequest(template, key: key, cdnOrigin: compiler.cdnOrigin),
                declaredBytes: length ?? 0
            )
            for (number, digest) in zip(run, digests) {
                var signed = SignedItem()
                signed.shared = index
                signed.partNumber = Int32(truncatingIfNeeded: number)
                outcome.result.items.append(signed)
                digest.withUnsafeBytes { signatures.append(contentsOf: $0) }
            }
            outcome.count(run.count, declaredBytes: length ?? 0, key: key)
        }
        outcome.result.shared = compiler.shared
        outcome.result.signatures = signatures
        if let plan { (outcome.result.fileSize, outcome.result.partSize) = (plan.fileSize, plan.partSize) }
        return outcome
    }
}

extension PartSelection {
    /// Parts with checksums at most: each has headers of its own, which take their place in the reply.
    private static let mostChecksums = 1_000

    /// The checksums of parts by their numbers; those of all, or none.
    fileprivate func checksums(of numbers: [Int]) throws(FailureError) -> [Int: String] {
        guard ranges.contains(where: { !$0.checksum.isEmpty }) else { return [:] }
        var checksums: [Int: String] = [:]
        for (index, range) in ranges.enumerated() {
            guard !range.checksum.isEmpty, range.last == 0 || range.last == range.first else {
                throw FailureError(
                    .invalidChecksum,
                    field: "parts.ranges[\(index)]",
                    message: "a checksum is of one part; give each part its own, or none of them"
                )
            }
            checksums[Int(range.first)] = range.checksum
        }
        guard checksums.count <= Self.mostChecksums else {
            throw FailureError(
                .tooManyItems,
                field: "parts.ranges",
                message: "at most \(Self.mostChecksums) parts with checksums are signed together"
            )
        }
        return checksums
    }

    /// How the file is cut; `nil`: its size is not given.
    fileprivate func plan() throws(FailureError) -> MultipartPlan? {
        guard fileSize != 0 || partSize != 0 else { return nil }
        guard fileSize != 0 else {
            throw FailureError(
                .missingField,
                field: "parts.fileSize",
                message: "fileSize must go with partSize: the last part's length follows from both"
            )
        }
        do throws(MultipartPlanError) {
            return try MultipartPlan(fileSize: fileSize, partSize: partSize == 0 ? nil : partSize)
        } catch {
            throw FailureError(error, under: "parts")
        }
    }

    /// The parts' numbers, ascending, each once.
    fileprivate func numbers(of plan: MultipartPlan?) throws(FailureError) -> [Int] {
        let most = plan?.partCount ?? MultipartPlan.mostParts
        var isWanted = [Bool](repeating: false, count: most + 1)
        for (index, range) in ranges.enumerated() {
            let last = range.last == 0 ? range.first : range.last
            guard range.first >= 1, range.first <= last, last <= most else {
                let file = plan == nil ? "" : ", of which the file has \(most)"
                throw FailureError(
                    .invalidPart,
                    field: "parts.ranges[\(index)]",
                    message: "parts \(range.first) to \(last) cannot be; parts are numbered 1 to 10000\(file)"
                )
            }
            for number in range.first...last { isWanted[Int(number)] = true }
        }
        let numbers = isWanted.indices.filter { isWanted[$0] }
        guard !numbers.isEmpty else {
            throw FailureError(.missingField, field: "parts.ranges", message: "name the parts that are to be signed")
        }
        return numbers
    }
}

extension SharedRequest {
    fileprivate init(_ template: S3PartTemplate, key: String, cdnOrigin: String) {
        self.init(
            method: template.method,
            at: template.endpoint,
            headers: template.headers.map(Pair.init),
            expiry: template.expiry,
            cdnOrigin: cdnOrigin
        )
        query = template.query
        path = template.path
        self.key = key
    }
}
