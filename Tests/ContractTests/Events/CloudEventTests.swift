// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Testing

@Suite struct CloudEventTests {
    private static func event(
        _ type: CloudEvent.EventType = .jobFailed,
        chunk: UInt32 = 3,
        subject: String = "bucket",
        at time: Int64 = 1_700_000_000_250,
        latency: Double = 1.5
    ) throws -> CloudEvent {
        var data = JobFailed()
        data.code = "expired"
        data.latencyMs = latency
        return try CloudEvent(
            type: type,
            jobID: "018bcfe5-6800-7000-8000-000000000000",
            chunk: chunk,
            source: "/signet/workers/default",
            subject: subject,
            unixMilliseconds: time,
            data: data
        )
    }

    /// CloudEvents 1.0, Kafka protocol binding, section 3.2: binary content mode.
    @Test func attributesAreHeadersOfTheBinaryMode() throws {
        let headers = try Self.event().headers
        #expect(headers.count == 7)
        let values = Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
        #expect(
            values == [
                "ce_specversion": "1.0", "ce_id": "018bcfe5-6800-7000-8000-000000000000/3/signet.job.failed.v1",
                "ce_source": "/signet/workers/default", "ce_type": "signet.job.failed.v1",
                "ce_time": "2023-11-14T22:13:20.250Z", "ce_subject": "bucket", "content-type": "application/json",
            ]
        )
    }

    @Test func emptySubjectIsLeftOut() throws {
        #expect(try Self.event(subject: "").headers.allSatisfy { $0.name != "ce_subject" })
    }

    @Test func redeliveryRepeatsTheIdThoughTheDataDiffers() throws {
        let first = try Self.event()
        let again = try Self.event(at: 1_700_000_009_000, latency: 9_000)
        #expect(first.id == again.id)
        #expect(first.data != again.data)
    }

    @Test func idDiffersByChunkAndType() throws {
        let ids = [
            try Self.event().id, try Self.event(chunk: 4).id, try Self.event(.urlsMinted).id,
            try Self.event(.urlsMinted, chunk: 4).id,
        ]
        #expect(Set(ids).count == 4)
    }

    @Test func dataIsJSONWithNumbersAsNumbers() throws {
        let text = String(decoding: try Self.event().data, as: UTF8.self)
        #expect(text == #"{"code":"expired","latencyMs":1.5}"#)
    }
}
