// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import S3ControlPlane
internal import SignetSigning

/// Runs the steps of multipart uploads.
///
/// What an upload is like lies in S3 alone, so that any worker can run any step. Each can be run again, whatever became of
/// it before: it looks at what S3 has before it acts, or where S3's answer does not tell.
struct S3MultipartHandler: Sendable {
    let credentials: CredentialResolver
    let signing: S3SigningHandler
    let s3: S3Access

    var plane: S3ControlPlane { s3.plane }

    /// Runs a step.
    ///
    /// - Parameters:
    ///   - mayBeRepeated: Whether the job may have been run before.
    ///   - now: The worker's clock, Unix milliseconds.
    /// - Throws: `FailureError` for what is wrong with the job, `S3Error` for what S3 says, `KafkaError`, `CancellationError`.
    func run(
        _ job: Job,
        _ multipart: S3MultipartJob,
        mayBeRepeated: Bool,
        now: Int64
    ) async throws -> S3MultipartOutcome {
        guard let operation = multipart.operation, let step = multipart.step else {
            throw FailureError(
                .unsupported,
                message:
                    "this worker knows no such step of an upload; known are initiate, list, complete, abort, watch, copy. "
                    + "Update the workers first"
            )
        }
        let upload = try upload(job, multipart, for: operation, now: now)
        let origin = upload.bucket.endpoint.origin
        guard let place = s3.shares.enter(origin, now: .now) else {
            throw S3Error(
                .endpointBusy,
                message: "\(origin) is slow, and has as many jobs in flight as a slow endpoint may have",
                isRetriable: true
            )
        }
        defer { s3.shares.leave(place) }
        var outcome = S3MultipartOutcome(upload)
        switch step {
        case .initiate(let initiate):
            try await self.initiate(initiate, upload, job, &outcome, mayBeRepeated: mayBeRepeated, now: now)
        case .list: try await list(upload, &outcome)
        case .complete(let complete): try await self.complete(complete, upload, job, &outcome)
        case .abort:
            outcome.result.aborted.found = try await plane.abortUpload(
                of: upload.key,
                uploadID: upload.id,
                in: upload.bucket
            )
        case .watch(let watch):
            let delay = try delay(sinceMs: now - job.signingTimeMs)
            do {
                try await self.watch(watch, upload, job, multipart, &outcome, delay: delay, now: now)
            } catch let error as S3Error where error.isRetriable && now < job.deadlineMs - Self.lastLook {
                // No news; the next look may bring some.
                outcome = S3MultipartOutcome(upload)
                outcome.hop = S3MultipartOutcome.Hop(multipart: multipart, delay: delay)
            }
        case .copy(let copy):
            try await self.copy(copy, upload, job, multipart, &outcome, mayBeRepeated: mayBeRepeated, now: now)
        }
        return outcome
    }

    /// The upload as a request of one of S3's operations is about it.
    func upload(
        _ job: Job,
        _ multipart: S3MultipartJob,
        for operation: String,
        now: Int64
    ) throws(FailureError) -> S3Upload {
        do throws(FailureError) {
            return try S3Upload(job, multipart, operation: operation, credentials: credentials, now: now)
        } catch {
            throw error.under("target")
        }
    }

    private func list(_ upload: S3Upload, _ outcome: inout S3MultipartOutcome) async throws {
        let parts = try await plane.listParts(of: upload.key, uploadID: upload.id, in: upload.bucket)
        outcome.result.listed.parts = parts.map { part in
            var listed = MultipartPart()
            listed.partNumber = Int32(clamping: part.number)
            listed.etag = part.etag
            listed.size = part.size
            return listed
        }
    }
}

extension FailureError {
    /// The failure of a message that is a field of another one.
    func under(_ parent: String) -> FailureError {
        // What is sealed for the whole job stands in the target, but the job itself is no field of it.
        guard !field.isEmpty else { return self }
        var failure = self
        failure.field = "\(parent).\(field)"
        return failure
    }
}
