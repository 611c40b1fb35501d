// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import S3ControlPlane
internal import SignetSigning

/// Makes the parts of an upload an object.
extension S3MultipartHandler {
    /// What the object is to be, as far as it is known.
    private struct Expectation {
        var size: Int64?
        /// Without quotation marks.
        var etag: String?
        var partCount: Int?
    }

    func complete(
        _ complete: CompleteUpload,
        _ upload: S3Upload,
        _ job: Job,
        _ outcome: inout S3MultipartOutcome
    ) async throws {
        try Self.check(complete.parts)
        var expected = Expectation(size: complete.hasFileSize ? complete.fileSize : nil)
        if !complete.parts.isEmpty {
            expected.etag = MultipartETag.of(complete.parts.map(\.etag))
            expected.partCount = complete.parts.count
        }
        do {
            let present = try await plane.listParts(of: upload.key, uploadID: upload.id, in: upload.bucket)
            let parts = try Self.choose(complete, from: present)
            expected = Expectation(
                size: parts.reduce(0) { $0 + $1.size },
                etag: MultipartETag.of(parts.map(\.etag)),
                partCount: parts.count
            )
            let completed = try await plane.completeUpload(
                of: upload.key,
                uploadID: upload.id,
                parts: parts,
                objectSize: complete.hasFileSize ? complete.fileSize : nil,
                headers: upload.parts.headers,
                in: upload.bucket
            )
            outcome.result.completed = UploadCompleted(
                etag: completed.etag ?? expected.etag.map { "\"\($0)\"" } ?? "",
                size: expected.size ?? 0,
                versionID: completed.versionID,
                partCount: parts.count
            )
        } catch let error as S3Error where error.code == .noSuchUpload {
            // An earlier run, or an earlier try whose answer was lost, may have done it.
            guard let object = try await object(of: upload, as: expected, acceptedAt: job.signingTimeMs) else {
                throw error
            }
            outcome.result.completed = UploadCompleted(
                etag: object.etag,
                size: object.size,
                versionID: object.versionID,
                partCount: MultipartETag.partCount(of: object.etag) ?? 0
            )
            return
        }
        try await verify(upload, expected, &outcome)
    }

    /// Looks at what S3 made.
    private func verify(
        _ upload: S3Upload,
        _ expected: Expectation,
        _ outcome: inout S3MultipartOutcome
    ) async throws {
        let object: S3ObjectInfo?
        do {
            object = try await plane.head(upload.key, in: upload.bucket, headers: upload.secretHeaders)
        } catch let error as S3Error where error.code == .accessDenied {
            outcome.warnings.append("the object could not be looked at: the credential lacks s3:GetObject")
            return
        }
        // By now somebody else may have written another one.
        guard let object, MultipartETag.areEqual(object.etag, outcome.result.completed.etag) else { return }
        guard object.size == expected.size else {
            throw FailureError(
                .sizeMismatch,
                field: "complete.fileSize",
                message: "the object has \(object.size) bytes, though its parts have \(expected.size ?? 0)"
            )
        }
    }

    /// The object, if it is what the upload would have become.
    private func object(
        of upload: S3Upload,
        as expected: Expectation,
        acceptedAt: Int64
    ) async throws -> S3ObjectInfo? {
        guard let object = try await plane.head(upload.key, in: upload.bucket, headers: upload.secretHeaders),
            let count = MultipartETag.partCount(of: object.etag)
        else { return nil }
        if let size = expected.size, size != object.size { return nil }
        if let expectedCount = expected.partCount, expectedCount != count { return nil }
        // Ciphertext's ETags are no digests that could be foretold.
        if let etag = expected.etag, MultipartETag.areEqual(etag, object.etag) { return object }
        if expected.size != nil, expected.partCount != nil, upload.isEncryptedByKMS { return object }
        if expected.etag != nil { return nil }
        // Nothing is known but when: the upload was there when the job was accepted.
        guard let modified = object.lastModified else { return nil }
        return modified.timeIntervalSince1970 * 1_000 > Double(acceptedAt) - Self.clockSkew ? object : nil
    }

    /// Milliseconds by which S3's clock may be behind ours.
    private static let clockSkew = 60_000.0

    // MARK: Parts

    private static func check(_ parts: [MultipartPart]) throws(FailureError) {
        var last: Int32 = 0
        for (index, part) in parts.enumerated() {
            let path = "complete.parts[\(index)]"
            guard (1...Int32(MultipartPlan.mostParts)).contains(part.partNumber) else {
                throw FailureError(
                    .invalidPart,
                    field: "\(path).partNumber",
                    message: "parts are numbered 1 to 10000, not \(part.partNumber)"
                )
            }
            guard part.partNumber > last else {
                throw FailureError(
                    .invalidPart,
                    field: "\(path).partNumber",
                    message: part.partNumber == last
                        ? "part \(last) is named twice"
                        : "part \(part.partNumber) stands behind part \(last); sort them"
                )
            }
            guard !part.etag.isEmpty else {
                throw FailureError(
                    .missingField,
                    field: "\(path).etag",
                    message: "part \(part.partNumber) needs the ETag that S3 answered; or name no parts at all"
                )
            }
            last = part.partNumber
        }
    }

    /// The parts that become the object, of those that S3 has.
    private static func choose(
        _ complete: CompleteUpload,
        from present: [UploadedPart]
    ) throws(FailureError) -> [UploadedPart] {
        let chosen = complete.parts.isEmpty ? try whole(present) : try match(complete.parts, with: present)
        let size = chosen.reduce(0) { $0 + $1.size }
        if complete.hasFileSize, complete.fileSize != size {
            throw FailureError(
                .sizeMismatch,
                field: "complete.fileSize",
                message: "the parts have \(size) bytes together, not \(complete.fileSize); "
                    + "upload what is missing, or give the right size"
            )
        }
        return chosen
    }

    private static func whole(_ present: [UploadedPart]) throws(FailureError) -> [UploadedPart] {
        for (index, part) in present.enumerated() where part.number != index + 1 {
            throw FailureError(
                .partMismatch,
                field: "complete.parts",
                message: "part \(index + 1) is missing; upload it, or name the parts that make the object"
            )
        }
        guard !present.isEmpty else {
            throw FailureError(.partMismatch, field: "complete.parts", message: "the upload has no parts yet")
        }
        return present
    }

    private static func match(
        _ named: [MultipartPart],
        with present: [UploadedPart]
    ) throws(FailureError) -> [UploadedPart] {
        let known = Dictionary(present.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        var chosen: [UploadedPart] = []
        for (index, part) in named.enumerated() {
            let path = "complete.parts[\(index)]"
            guard let found = known[Int(part.partNumber)] else {
                throw FailureError(
                    .partMismatch,
                    field: path,
                    message: "S3 has no part \(part.partNumber) of this upload; upload it"
                )
            }
            guard MultipartETag.areEqual(found.etag, part.etag) else {
                throw FailureError(
                    .partMismatch,
                    field: "\(path).etag",
                    message: "S3 has part \(part.partNumber) with the ETag \(found.etag); upload it again, or name that"
                )
            }
            chosen.append(found)
        }
        return chosen
    }
}

extension S3Upload {
    /// Whether its object's ETag is no digest of its bytes; unless the request says, that depends on the bucket.
    fileprivate var isEncryptedByKMS: Bool {
        let options = target.items[0].options.over(target.defaults)
        return options.s3EncryptionType.hasPrefix("SSE-KMS") || !bucket.endpoint.isCustom
    }
}

extension UploadCompleted {
    fileprivate init(etag: String, size: Int64, versionID: String?, partCount: Int) {
        self.init()
        self.etag = etag
        self.size = size
        self.versionID = versionID ?? ""
        self.partCount = UInt32(clamping: partCount)
    }
}
