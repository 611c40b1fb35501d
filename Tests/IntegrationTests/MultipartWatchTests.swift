// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Jobs that take their time: they follow an upload, or copy, hop by hop.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct MultipartWatchTests {
    /// Looks come soon.
    private static let soon = ["SIGNET_RETRY_DELAYS": "300"]
    private static let watchPath = "/api/v1/upload/s3/multipart/watch"
    private static let copyPath = "/api/v1/s3/multipart/copy"

    private static func begun(_ key: String, _ file: Data, _ fixture: MultipartFixture) async throws -> MultipartUpload
    {
        try MultipartUpload(
            try await fixture.post(
                "initiate",
                fixture.request(["key": key, "fileSize": file.count, "partSize": 5 << 20])
            )
        )
    }

    @Test func watchedUploadCompletesByItselfThoughItsWorkerDies() async throws {
        try await MultipartFixture.run(all: Self.soon) { fixture in
            let file = MultipartFixture.file(bytes: (10 << 20) + 5)
            let upload = try await Self.begun("watched", file, fixture)
            let job = try await fixture.begin(
                Self.watchPath,
                upload.name.merging(["fileSize": file.count, "complete": true, "deadline": 600]) { $1 }
            )
            async let stream = Curl.send("GET", fixture.platform.url + "/api/v1/jobs/\(job)/events")
            try await fixture.waitForProgress(0, of: job)
            try await upload.parts[0].send(file)
            try await fixture.waitForProgress(5 << 20, of: job)
            try await fixture.platform.replaceWorkers()
            try await upload.parts[2].send(file)
            try await fixture.waitForProgress((5 << 20) + 5, of: job)
            try await upload.parts[1].send(file)

            let result = try await fixture.result(of: job)
            #expect(result["outcome"] as? String == "completed")
            #expect(result["size"] as? Int == file.count)
            let read = try await fixture.boto("read", ["watched"])
            #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))
            // Every change was told, in its order, and the end at last.
            let told = try await stream.text
            let bytes = told.matches(of: /"progress":\{"bytes":(\d+),/).compactMap { Int($0.output.1) }
            #expect(bytes == bytes.sorted())
            #expect(Set(bytes).isSuperset(of: [5 << 20, (5 << 20) + 5]))
            #expect(told.components(separatedBy: "event: done").count == 2)
            try await fixture.expectEvents(
                ["initiated", "progress", "progress", "progress", "completed"],
                of: try upload.id,
                workerDied: true
            )
        }
    }

    @Test func watchEndsWithItsUploadWhateverBecomesOfIt() async throws {
        try await MultipartFixture.run(all: Self.soon) { fixture in
            let file = MultipartFixture.file(bytes: (5 << 20) + 5)
            func watch(_ upload: MultipartUpload, deadline: Int) async throws -> String {
                try await fixture.begin(
                    Self.watchPath,
                    upload.name.merging(["fileSize": file.count, "deadline": deadline]) { $1 }
                )
            }
            // Its time is over: whatever was uploaded is gone.
            let late = try await Self.begun("late", file, fixture)
            try await late.parts[0].send(file)
            let lateJob = try await watch(late, deadline: 1)
            // Others complete it, or abort it.
            let (completed, _) = try await fixture.uploadParts(of: "completed", file)
            let completedJob = try await watch(completed, deadline: 600)
            try await fixture.waitForProgress(file.count, of: completedJob)
            #expect(try await fixture.post("complete", completed.name).status == 200)
            let aborted = try await Self.begun("aborted", file, fixture)
            let abortedJob = try await watch(aborted, deadline: 600)
            #expect(try await fixture.post("abort", aborted.name)["found"] as? Bool == true)

            let lateEnd = try await fixture.result(of: lateJob)
            #expect(lateEnd["outcome"] as? String == "aborted")
            #expect(lateEnd["reason"] as? String == "deadline")
            #expect(lateEnd["found"] as? Bool == true)
            let completedEnd = try await fixture.result(of: completedJob)
            #expect(completedEnd["outcome"] as? String == "completed")
            #expect(completedEnd["size"] as? Int == file.count)
            let abortedEnd = try await fixture.result(of: abortedJob)
            #expect(abortedEnd["outcome"] as? String == "aborted")
            #expect(abortedEnd["reason"] as? String == "elsewhere")
            for key in ["late", "completed", "aborted"] {
                #expect(try await fixture.boto("uploads", [key])["ids"] as? [String] == [], "\(key)")
            }
        }
    }

    @Test func objectOfManyPartsIsCopiedWithWhatItHas() async throws {
        try await MultipartFixture.run(all: Self.soon) { fixture in
            let file = MultipartFixture.file(bytes: (11 << 20) + 3)
            let begun = try MultipartUpload(
                try await fixture.post(
                    "initiate",
                    [
                        "key": "the source", "fileSize": file.count, "partSize": 5 << 20, "contentType": "video/mp4",
                        "metadata": ["origin": "test"],
                    ]
                )
            )
            for part in begun.parts { try await part.send(file) }
            #expect(try await fixture.post("complete", begun.name).status == 200)

            let source = "\(fixture.s3.bucket)/the source"
            for (key, fields, type) in [
                ("copy", [:], "video/mp4"), ("copy of 6", ["partSize": 6 << 20, "contentType": "video/x"], "video/x"),
            ] as [(String, [String: Any], String)] {
                let job = try await fixture.begin(
                    Self.copyPath,
                    ["key": key, "copySource": source].merging(fields) { $1 }
                )
                let result = try await fixture.result(of: job)
                #expect(result["outcome"] as? String == "completed")
                #expect(result["size"] as? Int == file.count)
                let read = try await fixture.boto("read", [key])
                #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))
                #expect(read["type"] as? String == type)
                #expect(read["metadata"] as? [String: String] == ["origin": "test"])
            }
            #expect(try await fixture.boto("put", ["empty", ""])["etag"] != nil)
            let empty = try await fixture.begin(
                Self.copyPath,
                ["key": "copy of nothing", "copySource": "\(fixture.s3.bucket)/empty"]
            )
            #expect(try await fixture.result(of: empty)["size"] as? Int == 0)
            let read = try await fixture.boto("read", ["copy of nothing"])
            #expect(read["sha256"] as? String == MultipartFixture.sha256(of: Data()))
        }
    }

    @Test func whatCannotBeFollowedOrCopiedIsRefusedByItsField() async throws {
        try await MultipartFixture.run(all: Self.soon) { fixture in
            let upload = ["key": "k", "uploadId": "2~unknown"] as [String: Any]
            for (path, fields, code, field) in [
                (Self.watchPath, upload, "missing_field", "fileSize"),
                (Self.watchPath, upload.merging(["fileSize": 1, "deadline": 0]) { $1 }, "invalid_value", "deadline"),
                (
                    Self.watchPath, upload.merging(["fileSize": 1, "deadline": 86_400]) { $1 }, "invalid_value",
                    "deadline"
                ),
                (Self.copyPath, ["key": "k"], "missing_field", "copySource"),
            ] as [(String, [String: Any], String, String)] {
                let answer = try await JSONAnswer(
                    fixture.platform.post(path, JSONAnswer.text(of: fixture.place.merging(fields) { $1 }))
                )
                #expect(answer.status == 400)
                #expect(answer["code"] as? String == code)
                #expect(answer["field"] as? String == field)
            }
            for (path, fields, code, field) in [
                (Self.watchPath, upload.merging(["fileSize": 0]) { $1 }, "invalid_length", "fileSize"),
                (Self.copyPath, ["key": "k", "copySource": "no-slash"], "invalid_copy_source", "copySource"),
                (
                    Self.copyPath, ["key": "k", "copySource": "\(fixture.s3.bucket)/none"], "source_not_found",
                    "copySource"
                ),
            ] as [(String, [String: Any], String, String)] {
                let job = try await fixture.begin(path, fields)
                let end = try await fixture.platform.end(of: job, at: fixture.platform.url)
                #expect(end["state"] as? String == "failed")
                let problem = try #require(end["problem"] as? [String: Any], "\(end.response.text)")
                #expect(problem["code"] as? String == code)
                #expect(problem["field"] as? String == field)
            }
            // An upload that was never there has ended.
            let job = try await fixture.begin(Self.watchPath, upload.merging(["fileSize": 1]) { $1 })
            #expect(try await fixture.result(of: job)["reason"] as? String == "elsewhere")
        }
    }
}
