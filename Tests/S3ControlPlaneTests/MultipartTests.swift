// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import S3ControlPlane
import TestSupport
import Testing

/// Multipart uploads at a real server, with boto3 beside us.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct MultipartTests {
    /// Uploads parts of sizes, `size*count`; prints the parts that the server has, or the object's SHA-256.
    private static let boto = """
        import boto3, hashlib, json, sys
        from concurrent.futures import ThreadPoolExecutor
        from botocore.config import Config
        what, endpoint, access, secret, bucket, key, *rest = sys.argv[1:]
        s3 = boto3.client('s3', endpoint_url=endpoint, aws_access_key_id=access, aws_secret_access_key=secret,
                          region_name='us-east-1', config=Config(s3={'addressing_style': 'path'}, max_pool_connections=16))
        if what == 'parts':
            upload, *sizes = rest
            def put(part):
                number, size = part
                s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=bytes([number % 251]) * size)
            with ThreadPoolExecutor(16) as pool:
                list(pool.map(put, enumerate(map(int, sizes), 1)))
            pages = s3.get_paginator('list_parts').paginate(Bucket=bucket, Key=key, UploadId=upload)
            print(json.dumps([[p['PartNumber'], p['Size'], p['ETag']] for page in pages for p in page.get('Parts', [])]))
        elif what == 'hash':
            print(hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)['Body'].read()).hexdigest(), end='')
        elif what == 'uploads':
            pages = s3.get_paginator('list_multipart_uploads').paginate(Bucket=bucket, Prefix=key)
            print(json.dumps(sorted(u['UploadId'] for page in pages for u in page.get('Uploads', []))))
        """

    private static func boto(_ what: String, _ s3: RadosGateway, _ key: String, _ rest: [String] = []) async throws
        -> Data
    {
        try await PythonEnvironment.run(
            source: boto,
            arguments: [what, s3.endpoint, s3.accessKey, s3.secretKey, s3.bucket, key] + rest
        )
    }

    private static func uploadParts(
        _ sizes: [Int],
        of key: String,
        uploadID: String,
        to s3: RadosGateway
    ) async throws -> [UploadedPart] {
        let output = try await boto("parts", s3, key, [uploadID] + sizes.map(String.init))
        let rows = try #require(try JSONSerialization.jsonObject(with: output) as? [[Any]])
        return try rows.map { row in
            UploadedPart(
                number: try #require(row[0] as? Int),
                size: try #require(row[1] as? Int64),
                etag: try #require(row[2] as? String)
            )
        }
    }

    @Test func anUploadIsBegunListedFinishedAndThere() async throws {
        let s3 = try await RadosGateway.shared()
        let bucket = try S3Bucket.of(s3)
        let key = "multipart \(UUID().uuidString)/ü+ %.bin"
        try await withPlane { plane in
            #expect(try await plane.head(key, in: bucket) == nil)
            let id = try await plane.createUpload(of: key, in: bucket, headers: [("content-type", "video/mp4")])
            #expect(try await plane.listParts(of: key, uploadID: id, in: bucket).isEmpty)
            let sizes = [5 << 20, 5 << 20, 12_345]
            let expected = try await Self.uploadParts(sizes, of: key, uploadID: id, to: s3)
            let parts = try await plane.listParts(of: key, uploadID: id, in: bucket)
            #expect(parts == expected)
            #expect(parts.map(\.size) == sizes.map(Int64.init))

            _ = try await plane.completeUpload(of: key, uploadID: id, parts: parts, in: bucket)
            let object = try #require(try await plane.head(key, in: bucket))
            #expect(object.size == Int64(sizes.reduce(0, +)))
            #expect(object.etag.contains("-3"))
            #expect(object.contentType == "video/mp4")
            var whole = SHA256()
            for (index, size) in sizes.enumerated() {
                whole.update(data: Data(repeating: UInt8(index + 1), count: size))
            }
            let expectedHash = whole.finalize().map { String(format: "%02x", $0) }.joined()
            #expect(String(decoding: try await Self.boto("hash", s3, key), as: UTF8.self) == expectedHash)
            #expect(try await plane.listUploads(in: bucket, prefix: key).isEmpty)
        }
    }

    @Test func whatIsNotThereIsToldByS3sOwnCodes() async throws {
        let s3 = try await RadosGateway.shared()
        let bucket = try S3Bucket.of(s3)
        try await withPlane { plane in
            let unknown = await s3Error {
                _ = try await plane.listParts(of: "k", uploadID: "2~nothing", in: bucket)
            }
            #expect(unknown?.code == .noSuchUpload)
            #expect(unknown?.status == 404 && unknown?.requestID != nil)
            #expect(try await plane.abortUpload(of: "k", uploadID: "2~nothing", in: bucket) == false)

            let elsewhere = try S3Bucket.at(
                s3.endpoint,
                "no-such-bucket",
                accessKey: s3.accessKey,
                secretKey: s3.secretKey
            )
            let missing = await s3Error { _ = try await plane.createUpload(of: "k", in: elsewhere) }
            #expect(missing?.code == .noSuchBucket)
            let stranger = try S3Bucket.at(s3.endpoint, s3.bucket, accessKey: s3.accessKey, secretKey: "wrong")
            let denied = await s3Error { _ = try await plane.listUploads(in: stranger) }
            #expect(denied?.status == 403)

            let key = "small \(UUID().uuidString)"
            let id = try await plane.createUpload(of: key, in: bucket)
            let parts = try await Self.uploadParts([10, 10], of: key, uploadID: id, to: s3)
            let small = await s3Error {
                _ = try await plane.completeUpload(of: key, uploadID: id, parts: parts, in: bucket)
            }
            #expect(small?.code == .entityTooSmall)
            #expect(try await plane.abortUpload(of: key, uploadID: id, in: bucket))
            let gone = await s3Error { _ = try await plane.listParts(of: key, uploadID: id, in: bucket) }
            #expect(gone?.code == .noSuchUpload)
        }
    }

    @Test func listsAreReadPageByPage() async throws {
        let s3 = try await RadosGateway.shared()
        let bucket = try S3Bucket.of(s3)
        let prefix = "pages \(UUID().uuidString)/"
        try await withPlane { plane in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                var ids: [String] = []
                for number in 0..<1_005 {
                    if number >= 16, let id = try await group.next() { ids.append(id) }
                    group.addTask { try await plane.createUpload(of: "\(prefix)ü \(number)", in: bucket) }
                }
                for try await id in group { ids.append(id) }
                return ids
            }
            let uploads = try await plane.listUploads(in: bucket, prefix: prefix)
            #expect(uploads.map(\.uploadID).sorted() == ids.sorted())
            #expect(uploads.allSatisfy { abs($0.initiated.timeIntervalSinceNow) < 300 })
            let known = try JSONSerialization.jsonObject(with: try await Self.boto("uploads", s3, prefix)) as? [String]
            #expect(known == ids.sorted())

            let first = try #require(uploads.first)
            let expected = try await Self.uploadParts(
                Array(repeating: 3, count: 1_003),
                of: first.key,
                uploadID: first.uploadID,
                to: s3
            )
            #expect(try await plane.listParts(of: first.key, uploadID: first.uploadID, in: bucket) == expected)
            #expect(expected.count == 1_003)
            for upload in uploads.prefix(20) {
                #expect(try await plane.abortUpload(of: upload.key, uploadID: upload.uploadID, in: bucket))
            }
            #expect(try await plane.listUploads(in: bucket, prefix: prefix).count == 985)
        }
    }
}
