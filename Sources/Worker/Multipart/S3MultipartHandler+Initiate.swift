// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import S3ControlPlane
internal import SignetSigning

/// Begins an upload, and signs its first parts.
extension S3MultipartHandler {
    /// Parts whose URLs come with the answer unless the job says.
    private static let usualWindow: UInt32 = 100
    /// Their URLs fit into a record.
    private static let largestWindow: UInt32 = 1_000
    /// How often an upload is begun whose beginning S3 left unclear.
    private static let attempts = 3

    func initiate(
        _ initiate: InitiateUpload,
        _ upload: S3Upload,
        _ job: Job,
        _ outcome: inout S3MultipartOutcome,
        mayBeRepeated: Bool,
        now: Int64
    ) async throws {
        let plan: MultipartPlan
        do throws(MultipartPlanError) {
            plan = try MultipartPlan(
                fileSize: initiate.fileSize,
                partSize: initiate.hasPartSize ? initiate.partSize : nil
            )
        } catch {
            throw FailureError(error, under: "initiate")
        }
        let hasChecksums = upload.parts.headers.contains { $0.name == "x-amz-checksum-algorithm" }
        let window = initiate.hasWindow ? initiate.window : hasChecksums ? 0 : Self.usualWindow
        guard window == 0 || !hasChecksums else {
            throw FailureError(
                .conflictingFields,
                field: "initiate.window",
                message: "S3 takes the parts of this upload with their checksums only; sign them with these, by parts"
            )
        }
        guard window <= Self.largestWindow else {
            throw FailureError(
                .invalidValue,
                field: "initiate.window",
                message: "window is at most \(Self.largestWindow) parts; sign the further ones when their time comes"
            )
        }
        let id = try await begin(upload, for: job, mayBeRepeated: mayBeRepeated)
        outcome.result.uploadID = id
        var initiated = UploadInitiated()
        initiated.fileSize = plan.fileSize
        initiated.partSize = plan.partSize
        initiated.partCount = UInt32(clamping: plan.partCount)
        initiated.storageClass = upload.parts.headers.first { $0.name == "x-amz-storage-class" }?.value ?? ""
        if window > 0 {
            var parts = PartSelection()
            var range = PartRange()
            (range.first, range.last) = (1, Int32(clamping: min(Int(window), plan.partCount)))
            parts.ranges = [range]
            (parts.fileSize, parts.partSize) = (plan.fileSize, plan.partSize)
            initiated.window = try sign(parts, of: upload, id: id, for: job, now: now)
        }
        outcome.result.initiated = initiated
    }

    private func sign(
        _ parts: PartSelection,
        of upload: S3Upload,
        id: String,
        for job: Job,
        now: Int64
    ) throws -> S3SigningResult {
        var signing = upload.target
        signing.operation = S3Operation.uploadPart.rawValue
        signing.defaults = S3RequestOptions()
        signing.parts = parts
        signing.items[0].key = upload.key
        signing.items[0].keyPrefix = ""
        signing.items[0].options = S3RequestOptions()
        signing.items[0].options.uploadID = id
        if upload.parts.query.contains(where: { $0.name == "x-amz-request-payer" }) {
            signing.items[0].options.requesterPays = true
        }
        do throws(FailureError) {
            return try self.signing.sign(job, signing, now: now).result
        } catch {
            throw error.under("target")
        }
    }

    /// Begins the upload, unless an earlier run of the job did.
    ///
    /// - Parameter headers: `nil`: those of the upload.
    /// - Returns: Its id.
    func begin(
        _ upload: S3Upload,
        headers: [S3ObjectOptions.Pair]? = nil,
        for job: Job,
        mayBeRepeated: Bool
    ) async throws -> String {
        var past = Past(mayBeRepeated: mayBeRepeated)
        var attempt = 1
        while true {
            // A key that was made from a job that was never run is nobody's.
            if past.mayBeRepeated || !upload.isKeyMade {
                if let known = try await begun(upload, for: job, &past) { return known }
                if !past.isNoted, !upload.isKeyMade {
                    try await s3.claims.note(nil, of: job)
                    past.isNoted = true
                }
            }
            do {
                let id = try await plane.createUpload(
                    of: upload.key,
                    in: upload.bucket,
                    headers: headers ?? upload.parts.headers,
                    query: upload.parts.query.filter { $0.name != "uploads" }
                )
                try await s3.claims.note(id, of: job)
                return id
            } catch let error as S3Error where error.isUnclear && attempt < Self.attempts {
                // It may have begun: the next round looks.
                past.mayBeRepeated = true
                attempt += 1
            }
        }
    }

    /// What is known of earlier runs of a job.
    private struct Past {
        /// Whether there may have been any.
        var mayBeRepeated: Bool
        /// Whether it is noted that the job was about to begin an upload.
        var isNoted = false
    }

    /// The upload that an earlier run of this job began; `nil`: none did, or it cannot be told.
    ///
    /// The one that the job noted as its own is its own, whatever has become of it since. A key that was made from the job
    /// is nobody else's. Uploads of a caller's key may be other jobs': if the job was about to begin one, it takes the only
    /// one that nobody noted. Where there are several, it begins one anew; what it left behind is the janitor's.
    private func begun(_ upload: S3Upload, for job: Job, _ past: inout Past) async throws -> String? {
        let uploads = try await uploads(of: upload)
        if upload.isKeyMade, let own = uploads.first { return own.uploadID }
        guard past.mayBeRepeated || !uploads.isEmpty else { return nil }
        let claims = try await s3.claims.read(since: job.signingTimeMs - Self.clockSkew)
        guard let own = claims[job.jobID] else { return nil }
        past.isNoted = true
        if !own.isEmpty { return own }
        let claimed = Set(claims.values)
        let unclaimed = uploads.filter { candidate in
            candidate.initiated.timeIntervalSince1970 * 1_000 >= Double(job.signingTimeMs - Self.clockSkew)
                && !claimed.contains(candidate.uploadID)
        }
        guard unclaimed.count == 1 else { return nil }
        try await s3.claims.note(unclaimed[0].uploadID, of: job)
        return unclaimed[0].uploadID
    }

    /// The uploads of the key that are under way, the oldest first; empty, if the credential may not list them.
    private func uploads(of upload: S3Upload) async throws -> [UnfinishedUpload] {
        do {
            return try await plane.listUploads(in: upload.bucket, prefix: upload.key)
                .filter { $0.key == upload.key }
                .sorted { ($0.initiated, $0.uploadID) < ($1.initiated, $1.uploadID) }
        } catch let error as S3Error where error.code == .accessDenied {
            return []
        }
    }

    /// Milliseconds by which the clocks of S3 and of Kafka may be behind ours.
    private static let clockSkew: Int64 = 60_000
}
