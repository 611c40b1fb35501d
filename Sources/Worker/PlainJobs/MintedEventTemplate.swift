// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// The event `signet.urls.minted.v1` of a plan's jobs: JSON with gaps for what differs from job to job.
///
/// The parts between the gaps are written by the same encoder as other events; what fills the gaps needs no escape.
struct MintedEventTemplate: Sendable {
    /// From `tenant` to `region`, with the comma before; likewise below.
    private let origin: [UInt8]
    private let options: [UInt8]
    private let outcome: [UInt8]
    private let worker: [UInt8]
    /// Values of headers.
    let source: [UInt8]
    let subject: [UInt8]

    /// - Parameter event: Of any job of the plan.
    init(_ event: UrlsMinted, worker: WorkerIdentity, subject: String) throws(FailureError) {
        var part = UrlsMinted()
        (part.tenant, part.caller) = (event.tenant, event.caller)
        (part.operation, part.bucket, part.region) = (event.operation, event.bucket, event.region)
        origin = try Self.fields(part)
        part = UrlsMinted()
        (part.storageClass, part.encryption) = (event.storageClass, event.encryption)
        options = try Self.fields(part)
        part = UrlsMinted()
        (part.expiresAt, part.expiryLimitedBy, part.outcome) = (event.expiresAt, event.expiryLimitedBy, "success")
        outcome = try Self.fields(part)
        part = UrlsMinted()
        part.worker = worker.name
        self.worker = try Self.fields(part)
        source = Array(worker.source.utf8)
        self.subject = Array(subject.utf8)
    }

    private static func fields(_ part: UrlsMinted) throws(FailureError) -> [UInt8] {
        guard let json = try? WireFormat.json.encode(part) else {
            throw FailureError(.internal, message: "the event could not be written")
        }
        // Without its braces.
        return json.count > 2 ? [UInt8(ascii: ",")] + json.dropFirst().dropLast() : []
    }

    /// Whether a text of the job needs no escape in JSON, as most do not.
    static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }

    /// Writes the event's data.
    ///
    /// - Parameters:
    ///   - jobID: Its text.
    ///   - keyPrefix: As `isPlain` has it.
    ///   - latency: Milliseconds.
    func write(
        jobID: UnsafeRawBufferPointer,
        chunk: UInt32,
        keyPrefix: UnsafeRawBufferPointer,
        count: Int,
        declaredBytes: Int64,
        latency: Int64,
        to bytes: inout [UInt8]
    ) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append("{\"jobId\":\"")
        bytes.append(contentsOf: jobID)
        bytes.append("\",\"chunk\":")
        bytes.append(decimal: Int64(chunk))
        bytes.append(contentsOf: origin)
        if !keyPrefix.isEmpty {
            bytes.append(",\"keyPrefix\":\"")
            bytes.append(contentsOf: keyPrefix)
            bytes.append("\"")
        }
        bytes.append(contentsOf: options)
        bytes.append(",\"count\":")
        bytes.append(decimal: Int64(count))
        bytes.append(",\"failed\":0")
        if declaredBytes != 0 {
            bytes.append(",\"declaredBytes\":")
            bytes.append(decimal: declaredBytes)
        }
        bytes.append(contentsOf: outcome)
        bytes.append(",\"latencyMs\":")
        bytes.append(decimal: latency)
        bytes.append(contentsOf: worker)
        bytes.append("}")
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    mutating func append(decimal number: Int64) {
        var rest = number.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 { append(UInt8(ascii: "-")) }
            append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[start...]))
        }
    }
}
