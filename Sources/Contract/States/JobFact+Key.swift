// SPDX-License-Identifier: Apache-2.0

extension JobFact {
    /// Names the fact among those of its job: empty for the acceptance, the chunk's number, `cancelled`, `upload` or `progress`.
    package var name: String {
        switch fact {
        case .chunkDone(let done): String(done.chunk)
        case .cancelled: "cancelled"
        case .uploadBegun: "upload"
        case .uploadProgress: "progress"
        case .accepted, nil: ""
        }
    }

    /// The key of its record: facts of one key say the same, so that compaction may keep any one of them.
    package var key: String { name.isEmpty ? jobID : "\(jobID)/\(name)" }

    /// Of facts of one key, the one of the greatest rank says most.
    package var rank: UInt32 {
        switch fact {
        case .accepted(let accepted): accepted.chunks
        case .uploadBegun(let begun): begun.uploadID.isEmpty ? 0 : 1
        case .uploadProgress(let progress): progress.hop
        case .chunkDone, .cancelled, nil: 0
        }
    }

    package init(jobID: String, tenant: String, _ fact: OneOf_Fact) {
        self.init()
        version = 1
        self.jobID = jobID
        self.tenant = tenant
        self.fact = fact
    }
}
