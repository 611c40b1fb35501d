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
        now: Int64
    ) async throws {
        let plan: MultipartPlan
        do throws(MultipartPlanError) {
            plan = try MultipartPlan(
                fileSize: initiate.fileSize,
                partSize: initiate.hasPartSize ? initiate.partSize : nil
            )
        } catch {
            throw FailureError(.invalidLength, field: "initiate.\(error.field.rawValue)", message: error.message)
        }
        let window = initiate.hasWindow ? initiate.window : Self.usualWindow
        guard window <= Self.largestWindow else {
            throw FailureError(
                .invalidValue,
                field: "initiate.window",
                message: "window is at most \(Self.largestWindow) parts; sign the further ones when their time comes"
            )
        }
        let id = try await begin(upload)
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
    /// - Returns: Its id.
    private func begin(_ upload: S3Upload) async throws -> String {
        var attempt = 1
        while true {
            if let known = try await begun(upload) { return known }
            do {
                return try await plane.createUpload(
                    of: upload.key,
                    in: upload.bucket,
                    headers: upload.parts.headers,
                    query: upload.parts.query.filter { $0.name != "uploads" }
                )
            } catch let error as S3Error where error.isUnclear && attempt < Self.attempts {
                // It may have begun: the next round looks.
                attempt += 1
            }
        }
    }

    /// The upload that an earlier run of this job began; `nil`: none did.
    ///
    /// A key that was made from the job is nobody else's. Of a caller's key any upload may be another job's, so that it is
    /// begun anew: what an earlier run left behind then ends by the bucket's lifecycle.
    private func begun(_ upload: S3Upload) async throws -> String? {
        guard upload.isKeyMade else { return nil }
        do {
            return try await plane.listUploads(in: upload.bucket, prefix: upload.key)
                .filter { $0.key == upload.key }
                .min { ($0.initiated, $0.uploadID) < ($1.initiated, $1.uploadID) }?.uploadID
        } catch let error as S3Error where error.code == .accessDenied {
            // Who may not list uploads begins a second one at worst.
            return nil
        }
    }
}
