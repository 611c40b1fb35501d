// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import Management
import NIOHTTP1
import Testing

/// What becomes of a request whose reply is late, or never comes.
@Suite(.timeLimit(.minutes(1))) struct JobLifeTests {
    private static let body = BadInputTests.upload([:])

    private func location(_ answer: HTTPAnswer, of id: String) -> Bool {
        answer.header("location") == "/api/v1/jobs/\(id)"
    }

    @Test func waitThatRunsOutBecomesAJobThatCanBeAskedFor() async throws {
        try await HTTPFixture.run({ $0.waitUntil = .milliseconds(50) }, workers: { _ in .silence }) { fixture in
            let accepted = try await fixture.post(HTTPFixture.upload, Self.body)
            let received = try #require(await fixture.workers.next())
            let id = received.job.jobID
            #expect(accepted.status == 202)
            #expect(location(accepted, of: id))
            #expect(accepted.header("retry-after") == "1")
            #expect(accepted.header("preference-applied") == nil)
            var json = try accepted.json
            #expect(json["success"] == true)
            #expect(json["jobId"] == .string(id))
            #expect(json["state"] == "accepted")
            #expect(json["location"] == .string("/api/v1/jobs/\(id)"))
            #expect(json["acceptedAt"] == "2023-11-14T22:13:20Z")
            #expect(json["deadline"] == "2023-11-14T22:18:20Z")

            let pending = try await fixture.get("/api/v1/jobs/\(id)")
            #expect(pending.status == 200)
            #expect(pending.header("retry-after") == "1")
            #expect(try pending.json["state"] == "accepted")

            fixture.workers.send(received.signed(), to: received)
            let done = try await fixture.get("/api/v1/jobs/\(id.uppercased())")
            json = try done.json
            #expect(json["state"] == "done")
            #expect(json["endedAt"] == "2023-11-14T22:13:20Z")
            #expect(json["result"]?["uploadUrl"]?.string?.contains("X-Amz-Signature=") == true)
            #expect(json["result"]?["jobId"] == .string(id))
            #expect(done.header("cache-control") == "no-store")
            #expect(done.header("retry-after") == nil)

            // A second reply, as at-least-once brings it, changes nothing.
            fixture.workers.send(received.refused("internal"), to: received)
            #expect(try await fixture.get("/api/v1/jobs/\(id)").json["state"] == "done")
        }
    }

    @Test func failedJobTellsItsProblemWithTheRequestsFieldName() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            let accepted = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["prefer": "respond-async"])
            #expect(accepted.status == 202)
            let received = try #require(await fixture.workers.next())
            fixture.workers.send(
                received.refused("invalid_storage_class", field: "items[0].options.s3StorageClass"),
                to: received
            )
            let json = try await fixture.get("/api/v1/jobs/\(received.job.jobID)").json
            #expect(json["state"] == "failed")
            #expect(json["problem"]?["code"] == "invalid_storage_class")
            #expect(json["problem"]?["field"] == "s3StorageClass")
            #expect(json["problem"]?["status"] == 400)
            #expect(json["problem"]?["jobId"] == .string(received.job.jobID))
        }
    }

    @Test func jobBehindItsDeadlineIsExpiredAndALateReplyChangesNothing() async throws {
        try await HTTPFixture.run(
            {
                $0.waitUntil = .milliseconds(20)
                $0.deadline = .seconds(10)
            },
            workers: { _ in .silence }
        ) { fixture in
            #expect(try await fixture.post(HTTPFixture.upload, Self.body).status == 202)
            let received = try #require(await fixture.workers.next())
            #expect(received.job.deadlineMs == received.job.signingTimeMs + 10_000)
            fixture.clock.advance(by: 15_001)
            fixture.room.expire()
            var late = received.signed()
            late.completedAtMs = fixture.clock.now
            fixture.workers.send(late, to: received)
            let json = try await fixture.get("/api/v1/jobs/\(received.job.jobID)").json
            #expect(json["state"] == "expired")
            #expect(json["problem"]?["code"] == "expired")
            #expect(json["problem"]?["status"] == 504)
            #expect(fixture.metrics.exposition().contains("signet_gateway_jobs_expired_total 1\n"))
            #expect(fixture.metrics.exposition().contains("signet_gateway_replies_foreign_total 1\n"))
        }
    }

    @Test func replyThatCameAfterItsWaitThoughItWasMadeBeforeIsKeptByTheGateway() async throws {
        try await HTTPFixture.run({ $0.waitUntil = .milliseconds(20) }, workers: { _ in .silence }) { fixture in
            #expect(try await fixture.post(HTTPFixture.upload, Self.body).status == 202)
            let received = try #require(await fixture.workers.next())
            var late = received.signed()
            late.completedAtMs -= 2_000
            fixture.workers.send(late, to: received)
            var told: [JobFact] = []
            for await fact in fixture.states.told.prefix(2) { told.append(fact) }
            #expect(told.map(\.name) == ["", "0"])
            #expect(told.allSatisfy { $0.jobID == received.job.jobID && $0.tenant == "default" })
            let json = try await fixture.get("/api/v1/jobs/\(received.job.jobID)").json
            #expect(json["result"]?["uploadUrl"]?.string?.contains("X-Amz-Signature=") == true)
        }
    }

    @Test func jobWithoutAnyoneWaitingWantsNoReply() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            _ = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["prefer": "respond-async"])
            let received = try #require(await fixture.workers.next())
            #expect(received.headers.keys.sorted() == [HeaderNames.contentType])
        }
    }

    @Test func resultThatKafkaKeepsNoLongerIsGone() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            _ = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["prefer": "respond-async"])
            let received = try #require(await fixture.workers.next())
            fixture.workers.send(received.signed(), to: received)
            fixture.states.forgetResults()
            let answer = try await fixture.get("/api/v1/jobs/\(received.job.jobID)")
            try BadInputTests.expectProblem(answer, "result_gone", status: 410)
        }
    }

    @Test func gatewayThatHasNotReadEarlierStatesSaysSo() async throws {
        try await HTTPFixture.run { fixture in
            fixture.states.index.isCurrent = false
            let answer = try await fixture.get("/api/v1/jobs/018bcfe5-6800-7000-8000-000000000000")
            try BadInputTests.expectProblem(answer, "not_ready", status: 503)
        }
    }

    @Test func acceptanceThatAnotherGatewayHasJustToldIsWaitedFor() async throws {
        try await HTTPFixture.run { fixture in
            let id = JobID(unixMilliseconds: fixture.clock.now)
            async let answer = fixture.get("/api/v1/jobs/\(id)")
            var accepted = JobAccepted()
            accepted.deadlineMs = fixture.clock.now + 60_000
            accepted.chunks = 1
            fixture.states.index.add([(JobFact(jobID: "\(id)", tenant: "default", .accepted(accepted)), 0)])
            let json = try await answer.json
            #expect(json["state"] == "accepted")
        }
    }

    // MARK: Cancelling

    @Test func jobIsCancelledOnceAndItsResultIsHidden() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            _ = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["prefer": "respond-async"])
            let received = try #require(await fixture.workers.next())
            let path = "/api/v1/jobs/\(received.job.jobID)"
            for _ in 0..<2 {
                let answer = try await fixture.send(.DELETE, path)
                #expect(answer.status == 200)
                #expect(try answer.json["state"] == "cancelled")
            }
            fixture.clock.advance(by: 10)
            var reply = received.signed()
            reply.completedAtMs = fixture.clock.now
            fixture.workers.send(reply, to: received)
            let json = try await fixture.get(path).json
            #expect(json["state"] == "cancelled")
            #expect(json["result"] == nil)
        }
    }

    @Test func jobThatHasEndedCannotBeCancelled() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            _ = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["prefer": "respond-async"])
            let received = try #require(await fixture.workers.next())
            fixture.workers.send(received.signed(), to: received)
            let path = "/api/v1/jobs/\(received.job.jobID)"
            try BadInputTests.expectProblem(try await fixture.send(.DELETE, path), "already_ended", status: 409)
            let unknown = try await fixture.send(.DELETE, "/api/v1/jobs/\(JobID(unixMilliseconds: 0))")
            try BadInputTests.expectProblem(unknown, "unknown_job", status: 404)
        }
    }

    @Test func jobIsForgottenAfterItsRetention() async throws {
        try await HTTPFixture.run({ $0.jobRetention = .seconds(60) }, workers: { _ in .silence }) { fixture in
            _ = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["prefer": "respond-async"])
            let received = try #require(await fixture.workers.next())
            fixture.workers.send(received.signed(), to: received)
            fixture.clock.advance(by: 360_000)
            #expect(try await fixture.get("/api/v1/jobs/\(received.job.jobID)").status == 200)
            fixture.clock.advance(by: 1)
            let answer = try await fixture.get("/api/v1/jobs/\(received.job.jobID)")
            try BadInputTests.expectProblem(answer, "unknown_job", status: 404)
        }
    }

    @Test(
        arguments: [
            ("018bcfe5-6800-7000-8000-000000000000", "unknown_job", nil, 404), ("x", "invalid_value", "id", 400),
            ("018bcfe5-6800-7000-8000-00000000000g", "invalid_value", "id", 400), ("%00", "invalid_value", "id", 400),
        ] as [(String, String, String?, Int)]
    )
    func otherIdsAreAnswered(id: String, code: String, field: String?, status: Int) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.get("/api/v1/jobs/\(id)")
            try BadInputTests.expectProblem(answer, code, field: field, status: status)
        }
    }

    // MARK: Preferences

    @Test(arguments: [
        ("respond-async", "respond-async"), ("respond-async, wait=0", "respond-async, wait=0"), ("wait=0", "wait=0"),
    ])
    func preferenceNotToWaitIsFollowed(prefer: String, applied: String) async throws {
        // Waiting for the default would outlast the suite's time limit.
        try await HTTPFixture.run(
            {
                $0.waitUntil = .seconds(600)
                $0.deadline = .seconds(3_600)
            },
            workers: { _ in .silence },
            { fixture in
                let answer = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["prefer": prefer])
                #expect(answer.status == 202)
                #expect(answer.header("preference-applied") == applied)
                let received = try #require(await fixture.workers.next())
                #expect(received.job.waitUntilMs == 0)
            }
        )
    }

    @Test func preferenceToWaitReachesTheJobAndAQuickAnswerIsStill200() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(
                HTTPFixture.upload,
                Self.body,
                headers: ["prefer": "respond-async, wait=20"]
            )
            #expect(answer.status == 200)
            #expect(answer.header("preference-applied") == "wait=20")
            let received = try #require(await fixture.workers.next())
            #expect(received.job.waitUntilMs == received.job.signingTimeMs + 20_000)
        }
    }

    // MARK: Delivery

    @Test func deliveryThatFailedIsA503AndNoJob() async throws {
        try await HTTPFixture.run(workers: { _ in .delivery(.failed(.unavailable)) }) { fixture in
            let answer = try await fixture.post(HTTPFixture.upload, Self.body)
            try BadInputTests.expectProblem(answer, "broker_unavailable", status: 503)
            #expect(answer.header("retry-after") == "1")
            let received = try #require(await fixture.workers.next())
            #expect(try await fixture.get("/api/v1/jobs/\(received.job.jobID)").status == 404)
        }
    }

    @Test func deliveryThatIsUnknownIsA202ForTheSameJob() async throws {
        try await HTTPFixture.run(
            { $0.waitUntil = .milliseconds(20) },
            workers: { _ in .delivery(.unknown) },
            { fixture in
                let answer = try await fixture.post(HTTPFixture.upload, Self.body)
                let received = try #require(await fixture.workers.next())
                #expect(answer.status == 202)
                #expect(location(answer, of: received.job.jobID))
            }
        )
    }

    @Test func recordThatKafkaFindsTooLongIsA413() async throws {
        try await HTTPFixture.run(workers: { _ in .delivery(.failed(.tooLarge)) }) { fixture in
            try BadInputTests.expectProblem(
                try await fixture.post(HTTPFixture.upload, Self.body),
                "body_too_large",
                status: 413
            )
        }
    }

    @Test func requestIsRefusedAtOnceWhileNoBrokerAnswers() async throws {
        try await HTTPFixture.run { fixture in
            fixture.workers.isReachable = false
            let answer = try await fixture.post(HTTPFixture.upload, Self.body)
            try BadInputTests.expectProblem(answer, "broker_unavailable", status: 503)
            #expect(answer.header("retry-after") == "1")
            // What needs no broker is answered; and so are mistakes.
            #expect(try await fixture.get("/api/v1/regions").status == 200)
            #expect(try await fixture.post(HTTPFixture.upload, "{}").status == 400)
            fixture.workers.isReachable = true
            #expect(try await fixture.post(HTTPFixture.upload, Self.body).status == 200)
        }
    }

    @Test func requestIsRefusedUntilRepliesAreRead() async throws {
        try await HTTPFixture.run(isPositioned: false) { fixture in
            let answer = try await fixture.post(HTTPFixture.upload, Self.body)
            try BadInputTests.expectProblem(answer, "not_ready", status: 503)
            #expect(answer.header("retry-after") == "1")
            fixture.room.replyAddress = HTTPFixture.replies
            #expect(try await fixture.post(HTTPFixture.upload, Self.body).status == 200)
        }
    }

    // MARK: Bounds and shutdown

    @Test func requestsBeyondTheBoundAreRefusedAndThoseWithinAreServed() async throws {
        try await HTTPFixture.run(
            {
                $0.maxInFlight = 2
                $0.waitUntil = .seconds(50)
                $0.longestWait = .seconds(50)
            },
            workers: { _ in .silence }
        ) { fixture in
            try await withThrowingTaskGroup(of: Int.self) { group in
                var waiting: [ReceivedJob] = []
                for _ in 0..<2 {
                    group.addTask { try await fixture.post(HTTPFixture.upload, Self.body).status }
                    waiting.append(try #require(await fixture.workers.next()))
                }
                let answer = try await fixture.post(HTTPFixture.upload, Self.body)
                try BadInputTests.expectProblem(answer, "overloaded", status: 503)
                #expect(answer.header("retry-after") == "1")
                for job in waiting { fixture.workers.send(job.signed(), to: job) }
                for try await status in group { #expect(status == 200) }
            }
        }
    }

    @Test func requestsThatWaitAreServedWhileTheGatewayStops() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let received = try #require(await fixture.workers.next())
            await fixture.shutDown()
            fixture.workers.send(received.signed(), to: received)
            #expect(try await answer.status == 200)
        }
    }

    @Test func waitsThatOutlastTheDrainEndIn202() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            async let answer = fixture.post(HTTPFixture.upload, Self.body)
            let received = try #require(await fixture.workers.next())
            await fixture.shutDown()
            fixture.room.close()
            let accepted = try await answer
            #expect(accepted.status == 202)
            #expect(location(accepted, of: received.job.jobID))
        }
    }

    @Test func closedRoomTakesNoMoreRequests() async throws {
        try await HTTPFixture.run { fixture in
            fixture.room.close()
            try BadInputTests.expectProblem(
                try await fixture.post(HTTPFixture.upload, Self.body),
                "not_ready",
                status: 503
            )
        }
    }
}
