// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import TestSupport
import Testing

/// Uploads in parts to OpenStack Swift, which looks at checksums and at the order of parts.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct SwiftMultipartTests {
    private static func digest(of data: Data) -> String {
        Data(SHA256.hash(data: data)).base64EncodedString()
    }

    @Test func uploadOfPartsInAnyOrderIsCompletedInTheirOrder() async throws {
        let s3 = try await SwiftS3.shared()
        try await MultipartFixture.run(on: s3) { fixture in
            let file = MultipartFixture.file(bytes: (10 << 20) + 17)
            for isNamed in [false, true] {
                let key = "swift \(isNamed)"
                let begun = try await fixture.post(
                    "initiate",
                    fixture.request(["key": key, "fileSize": file.count, "partSize": 5 << 20])
                )
                #expect(begun.status == 200, "\(begun.response.text)")
                let upload = try MultipartUpload(begun)
                var tags: [Int: String] = [:]
                for part in upload.parts.reversed() { tags[part.number] = try await part.send(file) }
                let listed = try await fixture.post("list", upload.name)
                #expect((listed["parts"] as? [[String: Any]])?.compactMap { $0["partNumber"] as? Int } == [1, 2, 3])
                var fields = upload.name.merging(["fileSize": file.count]) { $1 }
                if isNamed {
                    let named = (1...3).map { ["partNumber": $0, "etag": tags[$0] ?? ""] as [String: Any] }
                    for (parts, code, status) in [
                        (named.reversed(), "invalid_part", 400), ([named[0], named[0]], "invalid_part", 400),
                        ([["partNumber": 0, "etag": "e"]], "invalid_part", 400),
                        ([["partNumber": 10_001, "etag": "e"]], "invalid_part", 400),
                        ([["partNumber": 1, "etag": tags[2] ?? ""]], "part_mismatch", 409),
                        ([["partNumber": 4, "etag": tags[2] ?? ""]], "part_mismatch", 409),
                    ] as [([[String: Any]], String, Int)] {
                        let refused = try await fixture.post("complete", fields.merging(["parts": parts]) { $1 })
                        #expect(refused.status == status, "\(refused.response.text)")
                        #expect(refused["code"] as? String == code)
                    }
                    fields["parts"] = named
                }
                let completed = try await fixture.post("complete", fields)
                #expect(completed.status == 200, "\(completed.response.text)")
                #expect(completed["size"] as? Int == file.count)
                let read = try await fixture.boto("read", [key])
                #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))
                let again = try await fixture.post("complete", fields)
                #expect(again.status == 200, "\(again.response.text)")
            }
            let gone = try MultipartUpload(
                try await fixture.post("initiate", fixture.request(["key": "gone", "fileSize": 5]))
            )
            try await gone.parts[0].send(Data("12345".utf8))
            #expect(try await fixture.post("abort", gone.name)["found"] as? Bool == true)
            #expect(try await fixture.boto("uploads", ["gone"])["ids"] as? [String] == [])
            #expect(try await fixture.post("complete", gone.name)["code"] as? String == "upload_not_found")
        }
    }

    @Test func partsAreSignedWithTheirChecksumsAndTakenWithTheseAlone() async throws {
        let s3 = try await SwiftS3.shared()
        try await MultipartFixture.run(on: s3) { fixture in
            let file = MultipartFixture.file(bytes: (5 << 20) + 17)
            let upload = try MultipartUpload(
                try await fixture.post(
                    "initiate",
                    fixture.request(["key": "checked", "fileSize": file.count, "partSize": 5 << 20])
                )
            )
            let halves = [file.prefix(5 << 20), file.suffix(17)].map { Data($0) }
            let signed = try await fixture.post(
                "parts",
                upload.name.merging([
                    "checksumAlgorithm": "SHA256", "fileSize": file.count, "partSize": 5 << 20,
                    "parts": halves.enumerated().map { index, half in
                        ["partNumber": index + 1, "checksum": Self.digest(of: half)] as [String: Any]
                    },
                ]) { $1 }
            )
            #expect(signed.status == 200, "\(signed.response.text)")
            let parts = try MultipartUpload(signed, of: upload).parts
            #expect(parts.map(\.number) == [1, 2])
            #expect(parts.map { $0.headers["x-amz-checksum-sha256"] } == halves.map(Self.digest(of:)))
            // One byte is other.
            var wrong = file
            wrong[7] ^= 1
            let refused = try await parts[0].status(wrong)
            #expect(refused == 400)
            for part in parts { try await part.send(file) }
            #expect(try await fixture.post("complete", upload.name).status == 200)
            let read = try await fixture.boto("read", ["checked"])
            #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))

            for (fields, code) in [
                (
                    ["checksumAlgorithm": "SHA256", "parts": [["partNumber": 1, "checksum": "AAAA"]]],
                    "invalid_checksum"
                ),
                (["parts": [["partNumber": 1, "checksum": Self.digest(of: file)]]], "invalid_checksum"),
                (["checksumAlgorithm": "SHA256", "parts": [["partNumber": 1]]], "missing_field"),
                (
                    ["checksumAlgorithm": "SHA256", "parts": [["partNumber": 0, "checksum": Self.digest(of: file)]]],
                    "invalid_part"
                ),
                (["checksumAlgorithm": "MD5", "parts": [["partNumber": 1, "checksum": "AAAA"]]], "invalid_checksum"),
            ] as [([String: Any], String)] {
                let answer = try await fixture.post("parts", upload.name.merging(fields) { $1 })
                #expect(answer.status == 400)
                #expect(answer["code"] as? String == code, "\(answer.response.text)")
            }
        }
    }
}
