// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What becomes of uploads when their worker dies, at whatever point.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct MultipartCrashTests {
    /// A job that is stopped at a point of its own.
    private struct Case {
        let stop: String
        let job: String
        let check: (_ result: [String: Any]) async throws -> Void
    }

    private static func stops(_ operations: [String], _ name: String) -> [String] {
        operations.flatMap { operation in ["before", "after"].map { "stop-\($0)-\(operation)-\(name)" } }
    }

    /// One worker is killed while it holds a job at each point; another one brings all of them to the end that they would
    /// have had.
    @Test func workerKilledAtEveryStepChangesNoEnd() async throws {
        let s3 = try await RadosGateway.shared()
        try await PausingProxy.run(to: s3) { proxy in
            try await MultipartFixture.run(endpoint: proxy.endpoint) { fixture in
                let file = MultipartFixture.file(bytes: (5 << 20) + 100)
                var cases: [Case] = []
                for stop in Self.stops(["create"], "made") {
                    let fields =
                        ["keyPrefix": "\(stop)/", "filename": "f.bin", "fileSize": file.count] as [String: Any]
                    let job = try await fixture.accept("initiate", fixture.request(fields))
                    cases.append(
                        Case(stop: stop, job: job) { try await Self.expectOnlyUpload($0, "\(stop)/", fixture) }
                    )
                }
                for stop in Self.stops(["uploads", "create"], "own") {
                    let job = try await fixture.accept(
                        "initiate",
                        fixture.request(["key": stop, "fileSize": file.count])
                    )
                    cases.append(Case(stop: stop, job: job) { try await Self.expectOnlyUpload($0, stop, fixture) })
                }
                for (name, isNamed) in [("found", false), ("named", true)] {
                    for stop in Self.stops(["list", "complete", "head"], name) {
                        let (upload, parts) = try await fixture.uploadParts(of: stop, file)
                        var fields = upload.name
                        if isNamed { fields["parts"] = parts }
                        let job = try await fixture.accept("complete", fields)
                        cases.append(
                            Case(stop: stop, job: job) { result in
                                #expect(result["size"] as? Int == file.count, "\(stop)")
                                #expect((result["etag"] as? String)?.hasSuffix("-2\"") == true)
                                let read = try await fixture.boto("read", [stop])
                                #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))
                            }
                        )
                    }
                }
                for stop in Self.stops(["abort"], "gone") {
                    let begun = try await fixture.post("initiate", fixture.request(["key": stop, "fileSize": 1]))
                    let job = try await fixture.accept("abort", try MultipartUpload(begun).name)
                    cases.append(
                        Case(stop: stop, job: job) { result in
                            #expect(result["found"] as? Bool == stop.contains("before"))
                            let left = try await fixture.boto("uploads", [stop])
                            #expect(left["ids"] as? [String] == [])
                        }
                    )
                }
                for stop in Self.stops(["list"], "listed") {
                    let (upload, _) = try await fixture.uploadParts(of: stop, file)
                    let job = try await fixture.accept("list", upload.name)
                    cases.append(Case(stop: stop, job: job) { #expect($0["bytes"] as? Int == file.count) })
                }

                let source = try await fixture.uploadParts(of: "source", file).0
                #expect(try await fixture.post("complete", source.name).status == 200)
                for stop in Self.stops(["uploads", "create", "list", "part", "complete", "head"], "copied") {
                    let fields =
                        ["key": stop, "copySource": "\(s3.bucket)/source", "partSize": 5 << 20] as [String: Any]
                    let job = try await fixture.begin("/api/v1/s3/multipart/copy", fields)
                    cases.append(
                        Case(stop: stop, job: job) { result in
                            #expect(result["size"] as? Int == file.count, "\(stop)")
                            let read = try await fixture.boto("read", [stop])
                            #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))
                            let left = try await fixture.boto("uploads", [stop])
                            #expect(left["ids"] as? [String] == [], "\(stop)")
                        }
                    )
                }

                try await proxy.waitForStops(Set(cases.map(\.stop)))
                try await fixture.platform.replaceWorkers()
                for example in cases { try await example.check(try await fixture.result(of: example.job)) }
            }
        }
    }

    /// A store that says that it is busy, before it does what it is asked or behind it: four times, which is as often as it
    /// is asked at once.
    @Test func storeThatIsBusyChangesNoEnd() async throws {
        let s3 = try await RadosGateway.shared()
        try await PausingProxy.run(to: s3) { proxy in
            try await MultipartFixture.run(endpoint: proxy.endpoint, all: ["SIGNET_RETRY_DELAYS": "300,600"]) {
                fixture in
                let file = MultipartFixture.file(bytes: (5 << 20) + 100)
                for phase in ["before", "after"] {
                    for (key, name) in [("keyPrefix", "made"), ("key", "own")] {
                        let mark = "fail-\(phase)-create-\(name)"
                        let fields = [key: mark, "filename": "f.bin", "fileSize": file.count] as [String: Any]
                        let job = try await fixture.accept("initiate", fixture.request(fields))
                        try await Self.expectOnlyUpload(try await fixture.result(of: job), mark, fixture)
                    }
                    for (operation, path) in [
                        ("complete", "/api/v1/upload/s3/multipart/watch"),
                        ("list", "/api/v1/upload/s3/multipart/watch"),
                        ("part", "/api/v1/s3/multipart/copy"),
                    ] {
                        let mark = "fail-\(phase)-\(operation)-watched"
                        let (upload, _) = try await fixture.uploadParts(
                            of: path.hasSuffix("copy") ? "busy source" : mark,
                            file
                        )
                        if path.hasSuffix("copy") {
                            #expect(try await fixture.post("complete", upload.name).status == 200)
                        }
                        let fields: [String: Any] =
                            path.hasSuffix("copy")
                            ? ["key": mark, "copySource": "\(s3.bucket)/busy source", "partSize": 5 << 20]
                            : upload.name.merging(["fileSize": file.count, "complete": true]) { $1 }
                        let result = try await fixture.result(of: try await fixture.begin(path, fields))
                        #expect(result["size"] as? Int == file.count, "\(mark)")
                        let read = try await fixture.boto("read", [mark])
                        #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))
                    }
                }
            }
        }
    }

    private static func expectOnlyUpload(
        _ result: [String: Any],
        _ prefix: String,
        _ fixture: MultipartFixture
    ) async throws {
        let id = try #require(result["uploadId"] as? String)
        #expect(try await fixture.boto("uploads", [prefix])["ids"] as? [String] == [id], "\(prefix)")
        #expect((result["window"] as? [String: Any])?["parts"] != nil)
    }
}
