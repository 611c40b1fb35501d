// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import S3ControlPlane
import SignetSigning

/// Uploads that are begun by S3 itself, and through Signet, by turns.
struct MultipartContest: Sendable {
    let plane: S3ControlPlane
    let bucket: S3Bucket
    let url: String
    let region: String
    let endpoint: String
    /// What all keys begin with.
    let prefix = "signet-bench-\(UUID().uuidString)/"

    /// The largest file of 10,000 parts.
    private static let fileSize = 10_000 << 24

    struct Upload {
        let key: String
        let id: String
    }

    func warmUp() async throws {
        _ = try await begin(10)
    }

    /// - Returns: Milliseconds of each.
    func begin(_ count: Int) async throws -> (s3: [Double], signet: [Double]) {
        let clock = ContinuousClock()
        var times: (s3: [Double], signet: [Double]) = ([], [])
        for number in 0..<count {
            var start = clock.now
            _ = try await plane.createUpload(of: "\(prefix)s3/\(number)", in: bucket)
            times.s3.append((clock.now - start).inSeconds * 1_000)
            start = clock.now
            _ = try await initiate("signet/\(number)")
            times.signet.append((clock.now - start).inSeconds * 1_000)
        }
        return times
    }

    func initiate(_ name: String) async throws -> Upload {
        let answer = try await post(
            "initiate",
            [
                "keyPrefix": "\(prefix)\(name)/", "filename": "f.bin", "contentType": "video/mp4",
                "fileSize": Self.fileSize,
            ]
        )
        guard let key = answer["key"] as? String, let id = answer["uploadId"] as? String else {
            throw BenchError(description: "initiate answered without an upload")
        }
        return Upload(key: key, id: id)
    }

    /// - Returns: Milliseconds of one request for all part URLs.
    func signAll(of upload: Upload, times: Int) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<times {
            let answer = try await post(
                "parts",
                [
                    "key": upload.key, "uploadId": upload.id, "firstPart": 1, "lastPart": 10_000,
                    "fileSize": Self.fileSize, "partSize": 1 << 24,
                ]
            )
            guard ((answer["window"] as? [String: Any])?["parts"] as? [Any])?.count == 10_000 else {
                throw BenchError(description: "parts answered without 10000 URLs")
            }
        }
        return (clock.now - start).inSeconds * 1_000 / Double(times)
    }

    /// Has so many uploads begun and followed at the same time, and waits until each was looked at.
    func follow(_ count: Int) async throws {
        let jobs = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<count {
                group.addTask {
                    let upload = try await initiate("followed/\(number)")
                    let accepted = try await post(
                        "watch",
                        ["key": upload.key, "uploadId": upload.id, "fileSize": Self.fileSize, "deadline": 600],
                        expecting: .accepted
                    )
                    return accepted["jobId"] as? String ?? ""
                }
            }
            var jobs: [String] = []
            for try await job in group { jobs.append(job) }
            return jobs
        }
        for job in jobs {
            while true {
                let request = HTTPClientRequest(url: "\(url)/api/v1/jobs/\(job)")
                let answer = try await send(request, expecting: .ok)
                if answer["progress"] != nil { break }
            }
        }
    }

    func removeAll() async throws {
        for upload in try await plane.listUploads(in: bucket, prefix: prefix) {
            try await plane.abortUpload(of: upload.key, uploadID: upload.uploadID, in: bucket)
        }
    }

    private func post(
        _ step: String,
        _ fields: [String: Any],
        expecting status: HTTPResponseStatus = .ok
    ) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: "\(url)/api/v1/upload/s3/multipart/\(step)")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        let place: [String: Any] = [
            "s3Bucket": bucket.endpoint.bucket, "s3Region": region, "s3Endpoint": endpoint,
        ]
        request.body = .bytes(try JSONSerialization.data(withJSONObject: place.merging(fields) { $1 }))
        return try await send(request, expecting: status)
    }

    private func send(_ request: HTTPClientRequest, expecting status: HTTPResponseStatus) async throws -> [String: Any]
    {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 64 << 20)
        guard response.status == status else {
            throw BenchError(
                description: "the gateway answered \(response.status.code): \(String(buffer: body).prefix(300))"
            )
        }
        let object = try JSONSerialization.jsonObject(with: Data(body.readableBytesView))
        return object as? [String: Any] ?? [:]
    }
}
