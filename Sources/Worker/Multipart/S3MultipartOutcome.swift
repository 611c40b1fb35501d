// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import S3ControlPlane
internal import SignetSigning
internal import SwiftProtobuf

/// What a step of an upload gave: the result for its reply, and the data of its event.
struct S3MultipartOutcome: Sendable {
    var result = S3MultipartResult()
    /// What the caller should know though the step is done.
    var warnings: [String]
    /// Where the step goes on later: nothing is answered yet.
    var hop: Hop?
    private let encryption: String
    private let keyPrefix: String

    /// How a step goes on that takes its time.
    struct Hop: Sendable {
        /// The step, with what this hop found.
        let multipart: S3MultipartJob
        /// Milliseconds until it is run again; 0: at once.
        let delay: Int
        /// How far it has come, if that is news.
        var progress: UploadProgress?
        /// Since the last news.
        var bytesPerSecond = 0.0
    }

    init(_ upload: S3Upload) {
        warnings = upload.warnings
        encryption = upload.parts.headers.first { $0.name == "x-amz-server-side-encryption" }?.value ?? "none"
        var prefix = KeyPrefix()
        var key = upload.key
        key.withUTF8 { prefix.add(UnsafeRawBufferPointer($0)) }
        keyPrefix = prefix.text
        result.bucket = upload.bucket.endpoint.bucket
        result.region = upload.bucket.endpoint.region
        result.key = upload.key
        result.uploadID = upload.id
        result.publicURL = upload.publicURL
    }

    /// The event; `nil`: nothing happened that anybody counts.
    ///
    /// - Parameter latency: From acceptance, milliseconds.
    func event(
        for job: Job,
        latency: Double,
        worker: String
    ) -> (type: CloudEvent.EventType, data: any SwiftProtobuf.Message)? {
        if let hop {
            guard let progress = hop.progress else { return nil }
            var event = common(MultipartProgress(), job, latency, worker)
            event.bytes = progress.bytes
            event.parts = progress.parts
            event.fileSize = progress.totalBytes
            event.bytesPerSecond = hop.bytesPerSecond
            return (.multipartProgress, event)
        }
        switch result.outcome {
        case .initiated(let initiated):
            var event = common(MultipartInitiated(), job, latency, worker)
            event.storageClass = initiated.storageClass
            event.encryption = encryption
            event.fileSize = initiated.fileSize
            event.partSize = initiated.partSize
            event.partCount = initiated.partCount
            return (.multipartInitiated, event)
        case .completed(let completed):
            var event = common(MultipartCompleted(), job, latency, worker)
            event.size = completed.size
            event.partCount = completed.partCount
            return (.multipartCompleted, event)
        case .aborted(let aborted):
            var event = common(MultipartAborted(), job, latency, worker)
            event.found = aborted.found
            return (.multipartAborted, event)
        case .listed, nil: return nil
        }
    }

    private func common<Event: MultipartEvent>(_ event: Event, _ job: Job, _ latency: Double, _ worker: String)
        -> Event
    {
        var event = event
        event.jobID = job.jobID
        event.tenant = job.tenant
        event.caller = job.caller
        event.bucket = result.bucket
        event.region = result.region
        event.keyPrefix = keyPrefix
        event.uploadID = result.uploadID
        event.latencyMs = latency
        event.worker = worker
        return event
    }
}

/// What all events of multipart uploads tell.
private protocol MultipartEvent: SwiftProtobuf.Message {
    var jobID: String { get set }
    var tenant: String { get set }
    var caller: String { get set }
    var bucket: String { get set }
    var region: String { get set }
    var keyPrefix: String { get set }
    var uploadID: String { get set }
    var latencyMs: Double { get set }
    var worker: String { get set }
}

extension MultipartInitiated: MultipartEvent {}
extension MultipartProgress: MultipartEvent {}
extension MultipartCompleted: MultipartEvent {}
extension MultipartAborted: MultipartEvent {}
