// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka

/// The headers of a job that matter, taken in one pass. Of several of a name the last counts.
struct PlainJobHeaders {
    var contentType: UnsafeRawBufferPointer?
    var replyTopic: UnsafeRawBufferPointer?
    var replyPartition: UnsafeRawBufferPointer?
    var correlationID: UnsafeRawBufferPointer?
    var traceParent: UnsafeRawBufferPointer?
    var traceState: UnsafeRawBufferPointer?
    var accept: UnsafeRawBufferPointer?

    init(of record: borrowing KafkaRecord) {
        var found = (contentType, replyTopic, replyPartition, correlationID, traceParent, traceState, accept)
        record.forEachHeaderBytes { name, value in
            if name.equals(HeaderNames.contentType) {
                found.0 = value
            } else if name.equals(HeaderNames.replyTopic) {
                found.1 = value
            } else if name.equals(HeaderNames.replyPartition) {
                found.2 = value
            } else if name.equals(HeaderNames.correlationID) {
                found.3 = value
            } else if name.equals(HeaderNames.traceParent) {
                found.4 = value
            } else if name.equals(HeaderNames.traceState) {
                found.5 = value
            } else if name.equals(HeaderNames.accept) {
                found.6 = value
            }
        }
        (contentType, replyTopic, replyPartition, correlationID, traceParent, traceState, accept) = found
    }

    /// Hands on the trace context (W3C Trace Context), where it has a length that it allows.
    func addTrace(to headers: inout some HeaderCollection & ~Copyable) {
        if let traceParent, (1...512).contains(traceParent.count) { headers.add(HeaderNames.traceParent, traceParent) }
        if let traceState, (1...512).contains(traceState.count) { headers.add(HeaderNames.traceState, traceState) }
    }
}

/// Where headers of a record are gathered.
protocol HeaderCollection: ~Copyable {
    mutating func add(_ name: String, _ value: UnsafeRawBufferPointer?)
}

extension HeaderCollection where Self: ~Copyable {
    mutating func add(_ name: String, _ value: [UInt8]) {
        value.withUnsafeBytes { add(name, $0) }
    }
}

extension KafkaHeaders: HeaderCollection {}

extension [KafkaHeader]: HeaderCollection {
    mutating func add(_ name: String, _ value: UnsafeRawBufferPointer?) {
        append(KafkaHeader(name: name, value: value.map { Array<UInt8>($0) }))
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are the bytes of a text.
    func equals(_ text: String) -> Bool {
        count == text.utf8.count && elementsEqual(text.utf8)
    }

    /// The same for bytes.
    func equals(_ bytes: [UInt8]) -> Bool {
        count == bytes.count && elementsEqual(bytes)
    }
}
