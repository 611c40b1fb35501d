// SPDX-License-Identifier: Apache-2.0

extension S3MultipartJob {
    /// S3's own name of what the step asks for; `nil`: a step that is not known here.
    package var operation: String? {
        switch step {
        case .initiate: "CreateMultipartUpload"
        case .list: "ListParts"
        case .complete: "CompleteMultipartUpload"
        case .abort: "AbortMultipartUpload"
        case .watch: "ListParts"
        case .copy: "CreateMultipartUpload"
        case nil: nil
        }
    }

    /// All that the step does with the credential, by S3's names: what a sealed one must allow.
    package var operations: [String] {
        let own = operation.map { [$0] } ?? []
        switch step {
        case .initiate: return own + ["UploadPart"]
        case .watch: return own + ["CompleteMultipartUpload", "AbortMultipartUpload"]
        case .copy:
            return own + ["UploadPartCopy", "ListParts", "CompleteMultipartUpload", "AbortMultipartUpload"]
        case .list, .complete, .abort, nil: return own
        }
    }
}
