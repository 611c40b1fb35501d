// SPDX-License-Identifier: Apache-2.0

package import Contract

/// What signing a chunk gave: the result for its reply and the counts for its event.
package struct S3SigningOutcome: Sendable {
    package internal(set) var result = S3SigningResult()
    package let warnings: [String]
    let operation: String
    private(set) var signed: UInt32 = 0
    private(set) var failed: UInt32 = 0
    private(set) var declaredBytes: Int64 = 0
    private(set) var firstFailure: FailureError?
    private var keyPrefix = KeyPrefix()

    init(operation: String, warnings: [String]) {
        self.operation = operation
        self.warnings = warnings
    }

    /// Counts requests for one key that are signed.
    mutating func count(_ count: Int = 1, declaredBytes bytes: Int64, key: String) {
        signed += UInt32(clamping: count)
        declaredBytes &+= bytes &* Int64(count)
        var key = key
        key.withUTF8 { keyPrefix.add(UnsafeRawBufferPointer($0)) }
    }

    mutating func count(failure: FailureError) {
        failed += 1
        if firstFailure == nil { firstFailure = failure }
    }

    /// The event's data, but for its times and its worker.
    func event(for job: Job, _ signing: S3SigningJob) -> UrlsMinted {
        var event = UrlsMinted()
        event.jobID = job.jobID
        event.chunk = job.chunk
        event.tenant = job.tenant
        event.caller = job.caller
        event.operation = operation
        event.bucket = signing.s3Bucket
        event.region = signing.s3Region
        event.keyPrefix = keyPrefix.text
        event.count = signed
        event.failed = failed
        event.declaredBytes = declaredBytes
        event.outcome = failed == 0 ? "success" : signed == 0 ? "failed" : "partial"
        event.code = firstFailure?.code.rawValue ?? ""
        if let shared = result.shared.first {
            event.storageClass = shared.storageClass
            event.encryption =
                shared.headers.first { $0.name == "x-amz-server-side-encryption" }?.value ?? "none"
            event.expiresAt = Timestamp.rfc3339(unixMilliseconds: shared.expiresAtMs)
            event.expiryLimitedBy = shared.expiryLimitedBy
        }
        return event
    }
}
