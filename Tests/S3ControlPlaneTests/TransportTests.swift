// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3ControlPlane
import SignetSigning
import TestSupport
import Testing

/// Requests to a server that answers as S3 may.
@Suite(.timeLimit(.minutes(1))) struct TransportTests {
    private static let created = ScriptedServer.answer(
        200,
        "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"
    )
    private static let completed = ScriptedServer.answer(
        200,
        "\n  <CompleteMultipartUploadResult><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>"
    )
    private static let part = UploadedPart(number: 1, size: 1, etag: "\"e\"")

    @Test func aRequestIsSignedAndItsKeyEncodedOnce() async throws {
        try await ScriptedServer.run({ _, _ in Self.created }) { server in
            try await withPlane { plane in
                let id = try await plane.createUpload(
                    of: "a b/../ü+%",
                    in: try .at(server.endpoint),
                    headers: [("content-type", "text/plain")]
                )
                #expect(id == "u1")
            }
            let request = try #require(server.requests.first)
            #expect(request.line == "POST /bucket/a%20b/../%C3%BC%2B%25?uploads= HTTP/1.1")
            #expect(request.headers.contains("Credential=AKIAIOSFODNN7EXAMPLE/"))
            #expect(request.headers.contains("content-type;host;x-amz-content-sha256;x-amz-date"))
        }
    }

    @Test func whatMayPassIsTriedAgain() async throws {
        let acts: [ScriptedServer.Act] = [
            ScriptedServer.error(503, "SlowDown", headers: ["retry-after: 0"]),
            ScriptedServer.error(500, "InternalError"),
            .close, Self.completed,
        ]
        try await ScriptedServer.run(acts) { server in
            try await withPlane { plane in
                let done = try await plane.completeUpload(
                    of: "k",
                    uploadID: "u",
                    parts: [Self.part],
                    in: try .at(server.endpoint)
                )
                #expect(done.etag == "\"e-1\"")
            }
            #expect(server.requests.count == 4)
            #expect(Set(server.requests.map(\.body)).count == 1)
            #expect(server.requests[0].body.contains("<PartNumber>1</PartNumber>"))
        }
    }

    /// As AWS answers ListParts and wants CompleteMultipartUpload (S3 API Reference).
    @Test func checksumsOfPartsAreGivenBack() async throws {
        let parts = ScriptedServer.answer(
            200,
            """
            <ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>
            <Part><PartNumber>1</PartNumber><ETag>"e1"</ETag><Size>5</Size><ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part>
            <Part><PartNumber>2</PartNumber><ETag>"e2"</ETag><Size>6</Size><ChecksumCRC32C>AAAAAQ==</ChecksumCRC32C></Part>
            </ListPartsResult>
            """
        )
        try await ScriptedServer.run({ number, _ in number == 0 ? parts : Self.completed }) { server in
            try await withPlane { plane in
                let bucket = try S3Bucket.at(server.endpoint)
                let listed = try await plane.listParts(of: "k", uploadID: "u", in: bucket)
                #expect(listed.map { $0.checksum?.value } == ["AAAAAA==", "AAAAAQ=="])
                _ = try await plane.completeUpload(of: "k", uploadID: "u", parts: listed, in: bucket)
            }
            let body = try #require(server.requests.last?.body)
            for (number, checksum) in [(1, "AAAAAA=="), (2, "AAAAAQ==")] {
                #expect(
                    body.contains(
                        "<Part><ChecksumCRC32C>\(checksum)</ChecksumCRC32C><ETag>&quot;e\(number)&quot;</ETag>"
                            + "<PartNumber>\(number)</PartNumber></Part>"
                    ),
                    "\(body)"
                )
            }
        }
    }

    /// Whether it was begun is not known: a second one would be one too many.
    @Test func beginningAnUploadIsNotRepeatedAfterAnUnclearAnswer() async throws {
        try await ScriptedServer.run({ _, _ in .close }) { server in
            try await withPlane { plane in
                let error = await s3Error {
                    _ = try await plane.createUpload(of: "k", in: try .at(server.endpoint))
                }
                #expect(error?.code == .unreachable)
                #expect(error?.isUnclear == true && error?.isRetriable == true)
            }
            #expect(server.requests.count == 1)
        }
        // One that was refused for being too much was not begun.
        try await ScriptedServer.run({ number, _ in
            number == 0 ? ScriptedServer.error(503, "SlowDown") : Self.created
        }) { server in
            try await withPlane { plane in
                let id = try await plane.createUpload(of: "k", in: try .at(server.endpoint))
                #expect(id == "u1")
            }
        }
    }

    @Test func anErrorBehindA200IsOne() async throws {
        try await ScriptedServer.run({ _, _ in ScriptedServer.error(200, "InternalError") }) { server in
            try await withPlane(attempts: 2) { plane in
                let error = await s3Error {
                    _ = try await plane.completeUpload(
                        of: "k",
                        uploadID: "u",
                        parts: [Self.part],
                        in: try .at(server.endpoint)
                    )
                }
                #expect(error?.code.rawValue == "InternalError")
                #expect(error?.requestID == "R1")
                #expect(error?.isUnclear == true)
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test(arguments: [
        (301, "PermanentRedirect", ["x-amz-bucket-region: eu-west-1"], ""),
        (400, "AuthorizationHeaderMalformed", [], "<Region>eu-west-1</Region>"),
    ])
    func aBucketOfAnotherRegionIsToldWithItsRegion(
        status: Int,
        code: String,
        headers: [String],
        more: String
    ) async throws {
        try await ScriptedServer.run({ _, _ in ScriptedServer.error(status, code, headers: headers, more: more) }) {
            server in
            try await withPlane { plane in
                let error = await s3Error {
                    _ = try await plane.listParts(of: "k", uploadID: "u", in: try .at(server.endpoint))
                }
                #expect(error?.code == .wrongRegion)
                #expect(error?.region == "eu-west-1")
                #expect(error?.message.contains("eu-west-1") == true)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func refusalsAreNotTriedAgain() async throws {
        try await ScriptedServer.run({ _, _ in ScriptedServer.error(403, "AccessDenied") }) { server in
            try await withPlane { plane in
                let error = await s3Error { _ = try await plane.listUploads(in: try .at(server.endpoint)) }
                #expect(error?.code == .accessDenied)
                #expect(error?.status == 403 && error?.isRetriable == false)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        "", "<", "nonsense", "<html><body>It works!</body></html>", "<ListPartsResult>",
        "<ListPartsResult><Part><PartNumber>x</PartNumber></Part></ListPartsResult>",
    ])
    func whatIsNoAnswerOfS3IsAnError(body: String) async throws {
        try await ScriptedServer.run({ _, _ in ScriptedServer.answer(200, body) }) { server in
            try await withPlane { plane in
                let error = await s3Error {
                    _ = try await plane.createUpload(of: "k", in: try .at(server.endpoint))
                }
                #expect(error?.code == .malformedAnswer)
            }
        }
    }

    @Test func damagedAnswersNeverTrap() async throws {
        let answer = """
            <?xml version="1.0" encoding="UTF-8"?><ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
            <IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber><Size>5</Size><ETag>"e"</ETag></Part>\
            <Part><PartNumber>2</PartNumber><Size>7</Size><ETag>"f"</ETag></Part></ListPartsResult>
            """
        var generator = SeededGenerator.printed("answers of S3")
        let damaged = (0..<300).map { _ in
            var bytes = Array(answer.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                if Bool.random(using: &generator) {
                    bytes[place] = UInt8.random(in: 0x20...0x7E, using: &generator)
                } else {
                    bytes.removeSubrange(place..<min(bytes.count, place + 9))
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        try await ScriptedServer.run(damaged.map { ScriptedServer.answer(200, $0) }) { server in
            try await withPlane(attempts: 1) { plane in
                var read = 0
                for _ in damaged {
                    let error = await s3Error {
                        _ = try await plane.listParts(of: "k", uploadID: "u", in: try .at(server.endpoint))
                        read += 1
                    }
                    #expect(
                        error == nil || error?.code == .malformedAnswer || error?.status == 200,
                        "\(String(describing: error))"
                    )
                }
                #expect((50..<300).contains(read))
            }
        }
    }

    @Test func anEndpointThatIsNotListedIsNotAsked() async throws {
        try await ScriptedServer.run({ _, _ in Self.created }) { server in
            try await withPlane { plane in
                let error = await s3Error {
                    let bucket = try S3Bucket.at(
                        server.endpoint,
                        allowedBy: EndpointPolicy(listed: ["http://127.0.0.1:1"])
                    )
                    _ = try await plane.createUpload(of: "k", in: bucket)
                }
                #expect(error?.code == .endpointNotAllowed)
                #expect(error?.message.contains("--allow-endpoint") == true)
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func anEndpointThatFailsAgainAndAgainIsLeftAlone() async throws {
        try await ScriptedServer.run({ _, _ in ScriptedServer.error(500, "InternalError") }) { server in
            try await withPlane(attempts: 3) { plane in
                let bucket = try S3Bucket.at(server.endpoint)
                for _ in 0..<2 { _ = await s3Error { _ = try await plane.head("k", in: bucket) } }
                let asked = server.requests.count
                #expect(asked == 5)
                let error = await s3Error { _ = try await plane.head("k", in: bucket) }
                #expect(error?.code == .endpointResting)
                #expect(server.requests.count == asked)
                // Another endpoint is not held up.
                try await ScriptedServer.run({ _, _ in
                    ScriptedServer.answer(200, headers: ["etag: \"e\""])
                }) { other in
                    try await withPlane { plane in
                        let object = try await plane.head("k", in: try .at(other.endpoint))
                        #expect(object?.size == 0)
                    }
                }
            }
        }
    }

    @Test(arguments: [ScriptedServer.Act.silence, .unfinished("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<In")])
    func anAnswerThatDoesNotComeIsGivenUp(act: ScriptedServer.Act) async throws {
        try await ScriptedServer.run({ _, _ in act }) { server in
            try await withPlane(attempts: 2, timeout: .milliseconds(200)) { plane in
                let error = await s3Error { _ = try await plane.listUploads(in: try .at(server.endpoint)) }
                #expect(error?.code == .timedOut)
                #expect(error?.isUnclear == true && error?.isRetriable == true)
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test func whereNothingListensIsToldSoon() async throws {
        // A port that only the system's own services have.
        let endpoint = "http://127.0.0.1:1"
        try await withPlane(attempts: 2) { plane in
            let error = await s3Error { _ = try await plane.head("k", in: try .at(endpoint)) }
            #expect(error?.code == .unreachable)
            #expect(error?.isUnclear == false)
        }
    }
}
