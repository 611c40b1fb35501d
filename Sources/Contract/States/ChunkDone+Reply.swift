// SPDX-License-Identifier: Apache-2.0

extension ChunkDone {
    /// What a reply says of its chunk; where the reply lies is still to be filled in.
    ///
    /// - Parameters:
    ///   - acceptedAt: The job's acceptance, Unix milliseconds.
    ///   - deadline: The job's, Unix milliseconds.
    package init(_ reply: Reply, acceptedAt: Int64, deadline: Int64) {
        self.init()
        chunk = reply.chunk
        completedAtMs = reply.completedAtMs
        acceptedAtMs = acceptedAt
        deadlineMs = deadline
        if reply.hasFailure { code = reply.failure.code }
        switch reply.result {
        case .s3Signing(let result):
            count(result.items.count, failed: result.items.count { $0.hasFailure })
            expiresAtMs = result.shared.lazy.map(\.expiresAtMs).filter { $0 > 0 }.min() ?? 0
        case .cloudFrontSigning(let result):
            count(result.items.count, failed: result.items.count { $0.hasFailure })
            expiresAtMs = result.expiresAtMs
        case .s3Multipart(let result):
            succeeded = 1
            expiresAtMs = result.initiated.window.shared.first?.expiresAtMs ?? 0
        case nil: break
        }
    }

    private mutating func count(_ items: Int, failed: Int) {
        self.failed = UInt32(clamping: failed)
        succeeded = UInt32(clamping: items - failed)
    }
}
