// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import S3ControlPlane

/// Follows an upload to its end, look by look; between two looks the job lies on Kafka, and no worker knows of it.
///
/// ```
/// watching ── all bytes are there, and it shall ──▶ completed
///     ├────── somebody completed it ─────────────▶ completed
///     ├────── somebody aborted it ───────────────▶ aborted (elsewhere)
///     └────── its time is over ──────────────────▶ aborted (deadline)
/// ```
extension S3MultipartHandler {
    /// For so many milliseconds it looks as often as it can.
    private static let eagerness: Int64 = 120_000
    /// Milliseconds before the job's deadline in which no further look would be in time.
    static let lastLook: Int64 = 90_000

    func watch(
        _ watch: WatchUpload,
        _ upload: S3Upload,
        _ job: Job,
        _ multipart: S3MultipartJob,
        _ outcome: inout S3MultipartOutcome,
        delay: Int,
        now: Int64
    ) async throws {
        guard watch.fileSize > 0 else {
            throw FailureError(
                .invalidLength,
                field: "watch.fileSize",
                message: "fileSize must be the bytes that the object shall have, at least 1"
            )
        }
        let parts: [UploadedPart]
        do {
            parts = try await plane.listParts(of: upload.key, uploadID: upload.id, in: upload.bucket)
        } catch let error as S3Error where error.code == .noSuchUpload {
            return try await end(watch, upload, job, multipart, &outcome, now: now)
        }
        let bytes = parts.reduce(0) { $0 + $1.size }
        if bytes == watch.fileSize, watch.complete {
            return try await end(watch, upload, job, multipart, &outcome, now: now)
        }
        guard now < Self.end(of: multipart, job) else {
            outcome.result.aborted.found = try await plane.abortUpload(
                of: upload.key,
                uploadID: upload.id,
                in: upload.bucket
            )
            outcome.result.aborted.reason = "deadline"
            return
        }
        var next = multipart
        var hop = S3MultipartOutcome.Hop(multipart: next, delay: delay)
        if job.hop == 0 || bytes != watch.seenBytes {
            next.watch.seenBytes = bytes
            next.watch.seenAtMs = now
            hop = S3MultipartOutcome.Hop(multipart: next, delay: delay)
            hop.progress = Self.progress(of: job, bytes: bytes, of: watch.fileSize, parts: parts.count, now: now)
            if watch.seenAtMs > 0, now > watch.seenAtMs {
                hop.bytesPerSecond =
                    max(0, Double(bytes - watch.seenBytes)) * 1_000 / Double(now - watch.seenAtMs)
            }
        }
        outcome.hop = hop
    }

    /// Completes the upload, or finds out what somebody else made of it.
    private func end(
        _ watch: WatchUpload,
        _ upload: S3Upload,
        _ job: Job,
        _ multipart: S3MultipartJob,
        _ outcome: inout S3MultipartOutcome,
        now: Int64
    ) async throws {
        var complete = CompleteUpload()
        complete.fileSize = watch.fileSize
        let completion = try self.upload(job, multipart, for: "CompleteMultipartUpload", now: now)
        do {
            try await self.complete(complete, completion, job, &outcome)
        } catch let error as S3Error where error.code == .noSuchUpload {
            outcome.result.aborted.found = false
            outcome.result.aborted.reason = "elsewhere"
        }
    }

    // MARK: Hops

    /// When a step that takes its time is given up, Unix milliseconds.
    static func end(of multipart: S3MultipartJob, _ job: Job) -> Int64 {
        multipart.untilMs == 0 ? job.deadlineMs - 10_000 : multipart.untilMs
    }

    /// Milliseconds until the next look.
    func delay(sinceMs age: Int64) throws(FailureError) -> Int {
        guard let shortest = s3.delays.first, let longest = s3.delays.last else {
            throw FailureError(
                .unsupported,
                message: "these workers run no job again later, as a watch needs; have retry.delays set"
            )
        }
        return age < Self.eagerness ? shortest : longest
    }

    /// What is told of a hop that goes on.
    static func progress(of job: Job, bytes: Int64, of total: Int64, parts: Int, now: Int64) -> UploadProgress {
        var progress = UploadProgress()
        progress.hop = job.hop &+ 1
        progress.bytes = bytes
        progress.totalBytes = total
        progress.parts = UInt32(clamping: parts)
        progress.atMs = now
        return progress
    }
}
