// SPDX-License-Identifier: Apache-2.0

internal import Contract
package import SignetKafka

/// An event as it is written to its topic.
package struct EventRecord: Sendable, Equatable {
    package let value: [UInt8]
    package let headers: [KafkaHeader]

    package init(value: [UInt8], headers: [KafkaHeader]) {
        self.value = value
        self.headers = headers
    }

    /// - Parameter trace: The job's trace context.
    init(_ event: CloudEvent, trace: [KafkaHeader]) {
        value = event.data
        headers = event.headers.map { KafkaHeader(name: $0.name, value: Array($0.value.utf8)) } + trace
    }
}
