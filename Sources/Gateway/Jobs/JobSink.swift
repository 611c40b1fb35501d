// SPDX-License-Identifier: Apache-2.0

/// What became of a job's record on its way to Kafka.
package enum JobDelivery: Sendable, Equatable {
    /// The broker has not answered yet.
    case pending
    /// `nil`: on Kafka, though it is not known where.
    case confirmed(at: RecordPlace?)
    /// Possibly on Kafka: neither confirmed nor surely lost.
    case unknown
    /// Surely not on Kafka.
    case failed(JobRefusal)
}

/// Why a job did not come to Kafka.
package enum JobRefusal: Sendable, Equatable {
    /// No broker took it in time.
    case unavailable
    /// As much as allowed is on its way already.
    case overloaded
    /// Kafka refused it, by this code: an operator's to mend.
    case refused(String)
    /// Its record is longer than Kafka takes.
    case tooLarge
}

/// A job as a Kafka record.
package struct OutgoingJob: Sendable {
    /// `nil`: it goes to any partition.
    package let key: [UInt8]?
    package let value: [UInt8]
    package let headers: [(name: String, value: [UInt8])]

    init(key: [UInt8]? = nil, value: [UInt8], headers: [(name: String, value: [UInt8])]) {
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// Where jobs go.
package protocol JobSink: Sendable {
    /// Whether a broker answers: when none does, a job is refused at once instead of after a time-out.
    var isReachable: Bool { get }
    /// Whether the broker knows a topic; where it does not say, yes.
    func hasTopic(_ name: String) async -> Bool
    /// Produces a record and waits until its fate is known, for a bounded time.
    func deliver(_ job: OutgoingJob) async -> JobDelivery
}
