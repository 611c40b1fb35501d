// SPDX-License-Identifier: Apache-2.0

package import Contract
package import Foundation

/// What the gateway remembers of a job to answer for it.
package struct AcceptedJob: Sendable, Hashable {
    package let id: JobID
    /// Acceptance, Unix milliseconds: the time that signatures carry.
    package let acceptedAt: Int64
    /// When the job expires unrun, Unix milliseconds.
    package internal(set) var deadline: Int64
    /// When its client stops waiting, Unix milliseconds; 0: nobody waits.
    package let waitUntil: Int64
    /// How the answer to this kind of request looks.
    package let answer: AnswerShape
    /// What the request itself gave reason to warn about.
    package internal(set) var warnings: [String]
    /// What the reply withholds and the answer's headers hold: in this process's memory only.
    package let customerKeys: CustomerKeys?
    /// Tells a request of its Idempotency-Key from others; empty: it had none.
    package internal(set) var fingerprint: Data
    /// The caller's topic that the results go to; `nil`: they are kept.
    package let resultTopic: String?

    package init(
        id: JobID,
        acceptedAt: Int64,
        deadline: Int64,
        waitUntil: Int64 = 0,
        answer: AnswerShape,
        warnings: [String] = [],
        customerKeys: CustomerKeys? = nil,
        fingerprint: Data = Data(),
        resultTopic: String? = nil
    ) {
        self.id = id
        self.acceptedAt = acceptedAt
        self.deadline = deadline
        self.waitUntil = waitUntil
        self.answer = answer
        self.warnings = warnings
        self.customerKeys = customerKeys
        self.fingerprint = fingerprint
        self.resultTopic = resultTopic
    }
}

extension AcceptedJob {
    /// What is known of a job that was accepted before.
    init(_ record: JobRecord) {
        self.init(
            id: record.id,
            acceptedAt: record.acceptedAt,
            deadline: record.deadline,
            answer: record.answer,
            warnings: record.warnings,
            resultTopic: record.resultTopic
        )
    }
}

/// The shape of an answer: routes differ in the names that they give. Its raw values are on the topic of job states.
package enum AnswerShape: String, Sendable, Hashable {
    case upload
    case download
    case operation
    case form
    /// URLs of an upload's parts.
    case parts
    /// A step of a multipart upload.
    case multipart
    case cloudFrontURL = "cloudFrontUrl"
    case cloudFrontCookies
    /// A batch of lines; its results are read apart.
    case batchLines
    /// A batch of the items of a JSON body; likewise.
    case batchItems

    /// How items of a batch say where they stood; `nil`: it is none.
    var places: BatchAnswer.Places? {
        switch self {
        case .batchLines: .lines
        case .batchItems: .items
        default: nil
        }
    }
}
