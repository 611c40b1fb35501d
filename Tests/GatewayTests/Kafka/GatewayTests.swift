// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import Management
import ServiceLifecycle
import SignetKafka
import SwiftProtobuf
import TestSupport
import Testing

@Suite(.takingTurns, .timeLimit(.minutes(1))) struct GatewayTests {
    private static let body = BadInputTests.upload([:])

    @Test(arguments: [WireFormat.protobuf, .json])
    func requestTravelsOverKafkaAndBack(format: WireFormat) async throws {
        try await KafkaFixture.run { fixture in
            #expect(await fixture.readiness.report().isReady)
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let job = try await fixture.nextJob()
            #expect(job.topic == "signet.jobs.signing")
            #expect(job.replyTopic == "signet.replies")
            #expect(job.replyPartition == ReplyPartition.of(instance: "gateway-1", count: 5))
            try await fixture.reply(job.signed, to: job, as: format)
            #expect(try await answer.status == 200)
            #expect(try await answer.json["jobId"] == .string(job.job.jobID))
        }
    }

    @Test func configuredReplyPartitionIsUsed() async throws {
        try await KafkaFixture.run({ $0.replyPartition = 4 }) { fixture in
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let job = try await fixture.nextJob()
            #expect(job.replyPartition == 4)
            try await fixture.reply(job.signed, to: job)
            #expect(try await answer.status == 200)
        }
    }

    @Test func whatElseLiesOnTheReplyPartitionIsPassedOver() async throws {
        try await KafkaFixture.run { fixture in
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let job = try await fixture.nextJob()
            let correlation = KafkaHeader(name: HeaderNames.correlationID, value: job.correlationID)
            func contentType(_ text: String) -> KafkaHeader {
                KafkaHeader(name: HeaderNames.contentType, value: Array(text.utf8))
            }
            // Others' replies, tombstones, garbage under our own id, null headers.
            try await fixture.write([1, 2, 3], to: job, headers: [])
            try await fixture.write(nil, to: job, headers: [correlation])
            try await fixture.write([], to: job, headers: [KafkaHeader(name: HeaderNames.correlationID, value: nil)])
            try await fixture.write([0xFF, 0xFF], to: job, headers: [correlation])
            try await fixture.write(Array("{]".utf8), to: job, headers: [correlation, contentType("application/json")])
            try await fixture.write([1], to: job, headers: [correlation, contentType("image/png")])
            try await fixture.write(
                job.signed.serializedBytes(),
                to: job,
                headers: [KafkaHeader(name: HeaderNames.correlationID, value: [UInt8](repeating: 7, count: 16))]
            )
            try await fixture.reply(job.signed, to: job)
            #expect(try await answer.status == 200)
        }
    }

    @Test func replyInPartsIsJoined() async throws {
        try await KafkaFixture.run { fixture in
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let job = try await fixture.nextJob()
            for part in [1, 0] as [UInt32] {
                var reply = try job.signed
                reply.part = part
                reply.parts = 2
                if part == 1 { reply.s3Signing.items[0].key = "second" }
                try await fixture.reply(reply, to: job)
            }
            #expect(try await answer.json["key"] == "made/photo.jpg")
        }
    }

    /// A broker that goes away may have the record: 202 then, or 503, as it happens. One that refuses it has it not.
    @Test func brokerThatRefusesTheJobIsA503WithinTheDeliveryTimeout() async throws {
        try await KafkaFixture.run({ $0.deliveryTimeout = .milliseconds(300) }) { fixture in
            // Produce is answered NOT_LEADER_OR_FOLLOWER, which the client tries again until its time is up.
            try fixture.broker.failNext(0, with: Array(repeating: .init(rawValue: 6), count: 200))
            let answer = try await fixture.post(HTTPFixture.upload, Self.body)
            try BadInputTests.expectProblem(answer, "broker_unavailable", status: 503)
            #expect(answer.header("retry-after") == "1")
        }
    }

    @Test func gatewayServesAgainWhenTheBrokerComesBack() async throws {
        try await KafkaFixture.run({ $0.waitUntil = .seconds(40) }) { fixture in
            async let noticed: Void = fixture.logs.next("Kafka does not answer")
            try fixture.broker.setDown()
            await noticed
            #expect(await !fixture.readiness.report().isReady)
            let refused = try await fixture.post(HTTPFixture.upload, Self.body)
            try BadInputTests.expectProblem(refused, "broker_unavailable", status: 503)

            async let returned: Void = fixture.logs.next("Kafka answers")
            try fixture.broker.setUp()
            await returned
            #expect(await fixture.readiness.report().isReady)
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let job = try await fixture.nextJob()
            try await fixture.reply(job.signed, to: job)
            #expect(try await answer.status == 200)
        }
    }

    @Test func gatewayThatStopsIsUnreadyAndFinishesWhatWaits() async throws {
        try await KafkaFixture.run({ $0.waitUntil = .seconds(60) }) { fixture in
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let job = try await fixture.nextJob()
            await fixture.shutDown()
            try await fixture.reply(job.signed, to: job)
            #expect(try await answer.status == 200)
            let report = await fixture.readiness.report()
            #expect(report.checks.first { $0.name == "gateway.http" }?.reason == "the gateway is stopping")
        }
    }

    @Test func drainThatTakesTooLongEndsIn202() async throws {
        try await KafkaFixture.run({
            $0.waitUntil = .seconds(120)
            $0.drainTimeout = .milliseconds(50)
        }) { fixture in
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            _ = try await fixture.nextJob()
            await fixture.shutDown()
            #expect(try await answer.status == 202)
        }
    }

    @Test func missingReplyPartitionEndsTheGateway() async throws {
        let broker = try KafkaFixture.makeBroker()
        var configuration = KafkaFixture.configuration(of: broker)
        configuration.replyPartition = 5
        let gateway = try Gateway(configuration: configuration, logger: KafkaFixture.quiet)
        let error = await #expect(throws: GatewayError.self) { try await gateway.run() }
        #expect(error?.code == .missingTopic)
        #expect(error?.message.contains("gateway.replyPartition 5") == true)
        await #expect(throws: GatewayError.self) { try await gateway.ready() }
    }

    @Test func portInUseEndsTheGateway() async throws {
        try await KafkaFixture.run { fixture in
            var configuration = KafkaFixture.configuration(of: fixture.broker)
            configuration.port = fixture.port
            let gateway = try Gateway(configuration: configuration, logger: KafkaFixture.quiet)
            let error = await #expect(throws: GatewayError.self) { try await gateway.run() }
            #expect(error?.code == .cannotListen)
            #expect(error?.message.contains("\(fixture.port)") == true)
        }
    }
}
