// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SwiftProtobuf

/// Writes the results of a batch, chunk by chunk, as lines of NDJSON or as one JSON object.
struct BatchAnswer {
    enum Format: Sendable {
        case ndjson
        case json

        var contentType: String { self == .ndjson ? "application/x-ndjson" : "application/json" }

        /// The shape of the answer.
        var answer: AnswerShape { self == .ndjson ? .batchLines : .batchItems }
    }

    /// How an item says where it stood.
    enum Places: String, Sendable {
        case lines = "line"
        case items = "index"
    }

    /// What signed items have in common, written once.
    private enum Shared: Equatable {
        case s3(SharedRequest)
        case cloudFront(keyPairID: String, domain: String, expiresIn: Int64, expiresAt: Int64)
    }

    private let format: Format
    private let places: Places
    private let jobID: JobID
    private let customerKeys: CustomerKeys?
    private let warnings: [String]
    private var json = JSONWriter()
    /// The newest few, numbered from 0: chunks that are signed in the same second share one.
    private var shared: [(number: Int64, what: Shared)] = []
    private var sharedCount: Int64 = 0
    /// Of a JSON object, which has them behind the items.
    private var sharedObjects: [[UInt8]] = []
    private(set) var signed: Int64 = 0
    private(set) var failed: Int64 = 0
    private var earliestExpiry: Int64?

    init(_ format: Format, of places: Places, jobID: JobID, customerKeys: CustomerKeys?, warnings: [String]) {
        self.format = format
        self.places = places
        self.jobID = jobID
        self.customerKeys = customerKeys
        self.warnings = warnings
        if format == .json {
            json.punctuation("{\"success\":true,\"jobId\":")
            json.value(jobID.description)
            json.punctuation(",\"items\":[")
        }
    }

    /// What was written since the last time.
    mutating func take() -> [UInt8] { json.take() }

    // MARK: Items

    mutating func write(_ chunk: BatchProgress.Window.Ended) {
        do throws(FailureError) {
            try write(chunk.content.places, try chunk.answer.reply())
        } catch {
            fail(chunk.content.places, ids: chunk.content.ids, error)
        }
    }

    /// Writes a result that was kept.
    mutating func write(kept reply: Reply) {
        let places = (try? ChunkPlaces(serializedBytes: reply.echo))?.places ?? []
        do throws(FailureError) {
            if reply.hasFailure { throw FailureError(reply.failure) }
            try write(places, reply)
        } catch {
            fail(places, ids: [], error)
        }
    }

    private mutating func write(_ places: [ChunkDraft.Place], _ reply: Reply) throws(FailureError) {
        switch reply.result {
        case .s3Signing(let result): write(places, result)
        case .cloudFrontSigning(let result): write(places, result)
        case .s3Multipart, nil: throw Self.broken
        }
    }

    private mutating func write(_ places: [ChunkDraft.Place], _ result: S3SigningResult) {
        let numbers = result.shared.map { number(of: .s3($0), expiry: $0.expiresAtMs) }
        let ends = result.shared.map { (start: $0.origin + $0.pathPrefix, query: "?\($0.query)&X-Amz-Signature=") }
        let joiner = ReplyJoiner(result)
        var index = 0
        for place in places {
            if let failure = place.failure {
                fail(place, id: place.id, failure)
                continue
            }
            defer { index += 1 }
            guard result.items.indices.contains(index) else {
                fail(place, id: "", Self.broken)
                continue
            }
            let item = result.items[index]
            do throws(FailureError) {
                let signature = try joiner.signature(at: index)
                let end = ends[Int(item.shared)]
                let isForm = !item.fields.isEmpty
                begin(place, id: item.id, status: "signed")
                json.member("key", item.key)
                json.key("url")
                if isForm {
                    json.value(end.start, "/")
                } else {
                    json.value(end.start, item.path, end.query, hexadecimal: signature)
                }
                let shared = result.shared[Int(item.shared)]
                if !shared.cdnOrigin.isEmpty, !isForm || !item.path.isEmpty {
                    json.member("cdnUrl", shared.cdnOrigin + item.path)
                }
                if isForm {
                    json.key("fields")
                    json.object { json in
                        for field in item.fields { json.member(field.name, field.value) }
                    }
                }
                json.member("shared", numbers[Int(item.shared)])
                finish(place)
                signed += 1
            } catch {
                fail(place, id: item.id, error.namedAsInBatch)
            }
        }
    }

    private mutating func write(_ places: [ChunkDraft.Place], _ result: CloudFrontSigningResult) {
        let number = number(
            of: .cloudFront(
                keyPairID: result.keyPairID,
                domain: result.domain,
                expiresIn: result.expiresIn,
                expiresAt: result.expiresAtMs
            ),
            expiry: result.expiresAtMs
        )
        var items = result.items.makeIterator()
        for place in places {
            if let failure = place.failure {
                fail(place, id: place.id, failure)
                continue
            }
            guard let item = items.next() else {
                fail(place, id: "", Self.broken)
                continue
            }
            if item.hasFailure {
                fail(place, id: item.id, FailureError(item.failure).namedAsInBatch)
                continue
            }
            begin(place, id: item.id, status: "signed")
            json.member("key", item.key)
            json.member("url", item.url)
            json.member("shared", number)
            finish(place)
            signed += 1
        }
    }

    /// A chunk that has no answer of its own for each item.
    private mutating func fail(_ places: [ChunkDraft.Place], ids: [String], _ failure: FailureError) {
        let failure = failure.namedAsInBatch
        var ids = ids.makeIterator()
        for place in places {
            if let own = place.failure {
                fail(place, id: place.id, own)
            } else {
                fail(place, id: ids.next() ?? "", failure)
            }
        }
    }

    /// Writes that the batch has no item of an id.
    mutating func write(unknown id: String) {
        fail(nil, id: id, FailureError(.unknownItem, field: "ids", message: "no item of the batch has this id"))
    }

    private mutating func fail(_ place: ChunkDraft.Place?, id: String, _ failure: FailureError) {
        begin(place, id: id, status: "failed")
        json.member("code", failure.code.rawValue)
        if !failure.field.isEmpty { json.member("field", failure.field) }
        json.member("detail", failure.message)
        finish(place)
        failed += 1
    }

    private mutating func begin(_ place: ChunkDraft.Place?, id: String, status: String) {
        json.beginObject()
        if format == .ndjson { json.member("type", "item") }
        if let place { json.member(places.rawValue, Int64(place.number)) }
        if !id.isEmpty { json.member("id", id) }
        json.member("status", status)
    }

    private mutating func finish(_ place: ChunkDraft.Place?) {
        if let place, !place.warnings.isEmpty { json.member("warnings", place.warnings) }
        json.endObject()
        if format == .ndjson { json.punctuation("\n") }
    }

    // MARK: What is common

    /// The number of what items share, which is written if it is new.
    private mutating func number(of what: Shared, expiry: Int64) -> Int64 {
        earliestExpiry = min(earliestExpiry ?? expiry, expiry)
        if let known = shared.last(where: { $0.what == what }) { return known.number }
        let number = sharedCount
        sharedCount += 1
        shared.append((number, what))
        if shared.count > 32 { shared.removeFirst() }
        switch format {
        case .ndjson:
            write(what, number, to: &json)
            json.punctuation("\n")
        case .json:
            var object = JSONWriter()
            write(what, number, to: &object)
            sharedObjects.append(object.take())
        }
        return number
    }

    private func write(_ what: Shared, _ number: Int64, to json: inout JSONWriter) {
        json.object { json in
            if format == .ndjson { json.member("type", "shared") }
            json.member("shared", number)
            switch what {
            case .s3(let shared):
                json.member("method", shared.method)
                json.member("bucket", shared.bucket)
                json.member("region", shared.region)
                if !shared.storageClass.isEmpty { json.member("storageClass", shared.storageClass) }
                json.member("expiresIn", shared.expiresIn)
                json.member("expiresAt", Timestamp.rfc3339(unixMilliseconds: shared.expiresAtMs))
                json.member("expiryLimitedBy", shared.expiryLimitedBy)
                json.writeHeaders(of: shared, customerKeys: customerKeys)
            case .cloudFront(let keyPairID, let domain, let expiresIn, let expiresAt):
                json.member("method", "GET")
                json.member("keyPairId", keyPairID)
                json.member("domain", domain)
                json.member("expiresIn", expiresIn)
                json.member("expiresAt", Timestamp.rfc3339(unixMilliseconds: expiresAt))
            }
        }
    }

    // MARK: The end

    /// Ends the answer: with the counts, and with the reason if it ended before its time.
    ///
    /// - Parameters:
    ///   - isComplete: Whether all that there is to come has come.
    ///   - cursor: Where the next page begins.
    ///   - refresh: What the batch can be signed again with.
    mutating func finish(
        _ stopped: FailureError?,
        isComplete: Bool,
        state: JobState? = nil,
        cursor: UInt32? = nil,
        refresh: RefreshTokens.Issued? = nil
    ) {
        if format == .json {
            json.punctuation("],\"shared\":[")
            for object in sharedObjects { json.raw(object) }
            json.punctuation("],\"summary\":")
        } else if let stopped {
            json.object { json in
                json.member("type", "problem")
                json.member("code", stopped.code.rawValue)
                json.member("detail", stopped.message)
                json.member("jobId", jobID.description)
            }
            json.punctuation("\n")
        }
        json.object { json in
            if format == .ndjson { json.member("type", "summary") }
            json.member("jobId", jobID.description)
            if let state { json.member("state", state.rawValue) }
            json.member("complete", isComplete)
            if let cursor { json.member("cursor", Int64(cursor)) }
            json.member("items", signed + failed)
            json.member("signed", signed)
            json.member("failed", failed)
            if signed > 0, let earliestExpiry {
                json.member("expiresAt", Timestamp.rfc3339(unixMilliseconds: earliestExpiry))
            }
            if let refresh { json.write(refresh) }
            json.member("warnings", warnings)
        }
        switch format {
        case .ndjson: json.punctuation("\n")
        case .json: json.punctuation("}")
        }
    }

    private static let broken = FailureError(
        .internal,
        message: "the workers' reply does not hold together: an item has no answer"
    )
}
