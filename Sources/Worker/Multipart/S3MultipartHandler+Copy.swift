// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import S3ControlPlane
internal import SignetSigning

/// Copies an object of any size, part by part, within S3: its bytes never come here.
///
/// What is copied so far are the parts of an upload. A job goes back to Kafka every half minute, so that it never holds up
/// what stands behind it, and a worker that dies costs seconds.
extension S3MultipartHandler {
    /// For how long parts are begun in one hop.
    private static let slice = Duration.seconds(30)
    /// Parts that are copied at the same time.
    private static let parallel = 8
    /// Bytes of a part unless the job says, or the object is so large that it needs more.
    private static let usualPart: Int64 = 128 << 20

    func copy(
        _ copy: CopyObject,
        _ upload: S3Upload,
        _ job: Job,
        _ multipart: S3MultipartJob,
        _ outcome: inout S3MultipartOutcome,
        mayBeRepeated: Bool,
        now: Int64
    ) async throws {
        let source: S3CopySource
        do throws(SigningError) {
            source = try S3CopySource(
                path: copy.source,
                versionID: copy.sourceVersionID.isEmpty ? nil : copy.sourceVersionID
            )
        } catch {
            throw FailureError(signing: error) { _ in "copy.source" }
        }
        var multipart = multipart
        if multipart.uploadID.isEmpty {
            let object = try await look(at: source, upload)
            (multipart.copy.sourceSize, multipart.copy.sourceEtag) = (object.size, object.etag)
            let headers = Self.headers(of: object, under: upload.parts.headers)
            if object.size == 0 { return try await copyEmpty(source, headers, upload, &outcome) }
            _ = try Self.plan(multipart.copy)
            multipart.uploadID = try await begin(upload, headers: headers, for: job, mayBeRepeated: mayBeRepeated)
        }
        outcome.result.uploadID = multipart.uploadID
        let plan = try Self.plan(multipart.copy)
        do {
            try await copyParts(plan, of: source, upload, job, multipart, &outcome, now: now)
        } catch let error as FailureError {
            await abandon(multipart, upload)
            throw error
        } catch  where Task.isCancelled {
            // Whoever has the job next goes on.
            throw error
        } catch let error as S3Error where !error.isRetriable {
            await abandon(multipart, upload)
            throw error
        } catch let error as S3Error where now < Self.end(of: multipart, job) {
            guard let delay = s3.delays.first else { throw error }
            // What is copied stays; the rest follows when S3 answers again.
            outcome.hop = S3MultipartOutcome.Hop(multipart: multipart, delay: delay)
        }
    }

    private func copyParts(
        _ plan: MultipartPlan,
        of source: S3CopySource,
        _ upload: S3Upload,
        _ job: Job,
        _ multipart: S3MultipartJob,
        _ outcome: inout S3MultipartOutcome,
        now: Int64
    ) async throws {
        let known: [UploadedPart]
        do {
            known = try await plane.listParts(of: upload.key, uploadID: multipart.uploadID, in: upload.bucket)
        } catch let error as S3Error where error.code == .noSuchUpload {
            // An earlier run completed it, or somebody aborted it.
            return try await finish(plan, job, multipart, &outcome, now: now)
        }
        let present = Set(known.map(\.number))
        let missing = (1...plan.partCount).filter { !present.contains($0) }
        if !missing.isEmpty, now >= Self.end(of: multipart, job) {
            throw FailureError(.expired, message: "the time for the copy is over; what was copied is removed")
        }
        let copied = try await copy(missing, plan, source, upload, multipart)
        if copied == missing.count { return try await finish(plan, job, multipart, &outcome, now: now) }
        var hop = S3MultipartOutcome.Hop(multipart: multipart, delay: 0)
        func bytes(of numbers: some Sequence<Int>) -> Int64 { numbers.reduce(0) { $0 + plan.size(of: $1) } }
        let new = bytes(of: missing.prefix(copied))
        hop.progress = Self.progress(
            of: job,
            bytes: bytes(of: present) + new,
            of: plan.fileSize,
            parts: present.count + copied,
            now: now
        )
        hop.bytesPerSecond = Double(new) / Double(Self.slice.components.seconds)
        outcome.hop = hop
    }

    /// Copies parts in their order, until the slice is over.
    ///
    /// - Returns: How many of them are copied.
    private func copy(
        _ numbers: [Int],
        _ plan: MultipartPlan,
        _ source: S3CopySource,
        _ upload: S3Upload,
        _ multipart: S3MultipartJob
    ) async throws -> Int {
        let started = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            var begun = 0
            while begun < numbers.count, begun < Self.parallel || ContinuousClock.now - started < Self.slice {
                if begun >= Self.parallel { try await group.next() }
                let number = numbers[begun]
                guard let range = plan.range(of: number) else { break }
                let request = try Self.request(number, range, source, multipart, upload)
                group.addTask {
                    _ = try await plane.copyPart(
                        number,
                        of: upload.key,
                        uploadID: multipart.uploadID,
                        headers: request.headers,
                        query: request.query.filter { $0.name != "uploadId" && $0.name != "partNumber" },
                        in: upload.bucket
                    )
                }
                begun += 1
            }
            try await group.waitForAll()
            return begun
        }
    }

    /// Headers and query of the request for one part, which S3 refuses if the source has changed since.
    private static func request(
        _ number: Int,
        _ range: Range<Int64>,
        _ source: S3CopySource,
        _ multipart: S3MultipartJob,
        _ upload: S3Upload
    ) throws -> S3RequestParts {
        var options = S3ObjectOptions()
        options.uploadID = multipart.uploadID
        options.partNumber = number
        options.copySource = source
        options.copySourceRange = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        options.customerKey = upload.customerKey
        options.copySourceCustomerKey = upload.copySourceCustomerKey
        options.headers = [("x-amz-copy-source-if-match", multipart.copy.sourceEtag)]
        options.isRequesterPays = upload.parts.query.contains { $0.name == "x-amz-request-payer" }
        do throws(SigningError) {
            return try S3RequestParts(.uploadPartCopy, options, at: upload.bucket.endpoint)
        } catch {
            throw FailureError(signing: error) { _ in "copy.source" }
        }
    }

    private func finish(
        _ plan: MultipartPlan,
        _ job: Job,
        _ multipart: S3MultipartJob,
        _ outcome: inout S3MultipartOutcome,
        now: Int64
    ) async throws {
        var complete = CompleteUpload()
        complete.fileSize = plan.fileSize
        var named = multipart
        named.target.items[0].options = S3RequestOptions()
        named.target.defaults = S3RequestOptions()
        let completion = try upload(job, named, for: "CompleteMultipartUpload", now: now)
        try await self.complete(complete, completion, job, &outcome)
    }

    /// Removes what was copied of a copy that cannot come to its end; what cannot be removed is the janitor's.
    private func abandon(_ multipart: S3MultipartJob, _ upload: S3Upload) async {
        _ = try? await plane.abortUpload(of: upload.key, uploadID: multipart.uploadID, in: upload.bucket)
    }

    // MARK: The source

    private func look(at source: S3CopySource, _ upload: S3Upload) async throws -> S3ObjectInfo {
        let bucket: S3Bucket
        do {
            bucket = try upload.bucket(named: source.bucket, credentials)
        } catch let error as SigningError {
            throw FailureError(signing: error) { _ in "copy.source" }
        }
        let found: S3ObjectInfo?
        do {
            found = try await plane.head(
                source.key,
                in: bucket,
                versionID: source.versionID,
                headers: upload.copySourceCustomerKey?.headers() ?? []
            )
        } catch let error as S3Error where error.code == .noSuchBucket || error.code == .accessDenied {
            throw FailureError(
                error.code == .accessDenied ? .accessDenied : .bucketNotFound,
                field: "copy.source",
                message: "the source cannot be looked at: \(error.code.rawValue)"
            )
        }
        guard let found else {
            throw FailureError(.sourceNotFound, field: "copy.source", message: "there is no such object to copy")
        }
        return found
    }

    private static func plan(_ copy: CopyObject) throws(FailureError) -> MultipartPlan {
        do throws(MultipartPlanError) {
            return try MultipartPlan(
                fileSize: copy.sourceSize,
                partSize: copy.hasPartSize ? copy.partSize : nil,
                usual: usualPart
            )
        } catch {
            throw FailureError(error, under: "copy")
        }
    }

    /// What the source has and the request does not say otherwise, as CopyObject would do it: an upload in parts begins
    /// with nothing.
    private static func headers(
        of source: S3ObjectInfo,
        under own: [S3ObjectOptions.Pair]
    ) -> [S3ObjectOptions.Pair] {
        let names = Set(own.map(\.name))
        let hasMetadata = own.contains { $0.name.hasPrefix("x-amz-meta-") }
        return own
            + source.headers.filter { header in
                if names.contains(header.name) { return false }
                if header.name.hasPrefix("x-amz-meta-") { return !hasMetadata }
                return copied.contains(header.name)
            }
    }

    private static let copied: Set<String> = [
        "content-type", "content-encoding", "content-language", "content-disposition", "cache-control", "expires",
    ]

    /// An upload in parts needs a byte at least.
    private func copyEmpty(
        _ source: S3CopySource,
        _ headers: [S3ObjectOptions.Pair],
        _ upload: S3Upload,
        _ outcome: inout S3MultipartOutcome
    ) async throws {
        let etag = try await plane.copyObject(
            to: upload.key,
            headers: headers + [("x-amz-copy-source", source.headerValue), ("x-amz-metadata-directive", "REPLACE")],
            in: upload.bucket
        )
        outcome.result.completed.etag = etag
        outcome.result.completed.size = 0
    }
}
