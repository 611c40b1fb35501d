// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import Testing

/// What workers refuse, as HTTP clients see it.
@Suite(.timeLimit(.minutes(1))) struct WorkerFailureTests {
    /// Every code of the contract with its status.
    static let statuses: [String: Int] = [
        "malformed": 400, "unsupported": 400, "missing_field": 400, "invalid_type": 400, "invalid_value": 400,
        "conflicting_fields": 400, "too_many_items": 413, "invalid_bucket": 400, "unknown_region": 400,
        "invalid_endpoint": 400, "invalid_key": 400, "invalid_expiry": 400, "invalid_storage_class": 400,
        "invalid_encryption": 400, "invalid_kms_key": 400, "invalid_header": 400, "invalid_metadata": 400,
        "invalid_length": 400, "invalid_query": 400, "invalid_access_key": 400, "invalid_domain": 400,
        "invalid_arn": 400, "invalid_time": 400, "invalid_checksum": 400, "invalid_copy_source": 400,
        "invalid_part": 400, "invalid_tagging": 400, "invalid_object_lock": 400, "invalid_field": 400,
        "invalid_condition": 400, "invalid_resource": 400, "invalid_ip_range": 400, "invalid_key_pair": 400,
        "signing_time_in_future": 400, "invalid_deadline": 400,
        "unknown_profile": 403, "credential_expired": 403, "seal_scope": 403, "reply_topic_not_allowed": 403,
        "expired": 504,
        "upload_not_found": 404, "bucket_not_found": 404, "source_not_found": 404, "access_denied": 403,
        "endpoint_not_allowed": 403,
        "wrong_region": 400, "part_mismatch": 409, "size_mismatch": 409, "precondition_failed": 412,
        "s3_unavailable": 503, "s3_refused": 502, "webhook_not_allowed": 403, "webhook_failed": 502,
        "reply_too_large": 413, "unknown_reply_topic": 403,
        "seal_broken": 500, "undeliverable": 500, "quarantined": 500, "internal": 500,
    ]

    @Test(arguments: statuses.sorted { $0.key < $1.key } + [("code_of_a_newer_worker", 500)])
    func codeHasItsStatus(code: String, status: Int) async throws {
        try await HTTPFixture.run(
            workers: { .reply($0.refused(code, field: "s3Bucket", message: "something is wrong; mend it")) },
            { fixture in
                let answer = try await fixture.post(HTTPFixture.upload, BadInputTests.upload([:]))
                let json = try BadInputTests.expectProblem(answer, code, field: "s3Bucket", status: status)
                let job = try #require(await fixture.workers.next()).job
                #expect(json["jobId"] == .string(job.jobID))
                #expect(json["detail"] == "something is wrong; mend it")
            }
        )
    }

    @Test func noCodeOfTheContractIsForgottenHere() throws {
        let source = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Contract/Failures/FailureCode.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let codes = text.matches(of: /FailureCode\(rawValue: "([a-z0-9_]+)"\)/).map { String($0.1) }
        #expect(codes.count > 20)
        #expect(Set(codes) == Set(Self.statuses.keys))
    }

    @Test(
        arguments: [
            ("s3Bucket", "s3Bucket"), ("s3Region", "s3Region"), ("expiresIn", "expiresIn"), ("items[0].key", "key"),
            ("items[0].filename", "filename"), ("items[0].keyPrefix", "keyPrefix"),
            ("items[0].options.s3StorageClass", "s3StorageClass"), ("defaults.s3StorageClass", "s3StorageClass"),
            ("items[0].options.metadata", "metadata"), ("items[0].options.fileSize", "fileSize"),
            ("target.s3Bucket", "s3Bucket"), ("target.items[0].options.tags", "tags"),
            ("initiate.partSize", "partSize"), ("complete.parts[3].etag", "parts[3].etag"),
            ("parts.ranges[2]", "parts"), ("parts.fileSize", "fileSize"),
            ("s3Signing.items[0].options.contentType", "contentType"), ("sealedCredential", "s3AccessKey"),
            ("sealedCredential.accessKeyId", "s3AccessKey"), ("sealedCredential.secretAccessKey", "s3SecretKey"),
            ("sealedCredential.sessionToken", "s3SessionToken"),
            ("sealedCustomerKeys", "s3CustomerKey"), ("sealedCustomerKeys.key", "s3CustomerKey"),
            ("sealedCustomerKeys.copySourceKey", "copySourceCustomerKey"),
            ("sealedCredential.expirationMs", "s3SessionExpiration"),
            ("credentialProfile", "credentialProfile"), ("items[0].options.versionId", "versionId"),
            ("items[0].options.query.response-content-type", "responseContentType"), ("items", nil), ("items[0]", nil),
            ("signingTimeMs", nil), ("deadlineMs", nil), ("tenant", nil), ("", nil),
        ] as [(String, String?)]
    )
    func fieldIsNamedAsInTheRequest(path: String, field: String?) async throws {
        try await HTTPFixture.run(
            workers: { .reply($0.refused("invalid_value", field: path, message: "this is wrong; send another value")) },
            { fixture in
                let answer = try await fixture.post(HTTPFixture.upload, BadInputTests.upload([:]))
                try BadInputTests.expectProblem(answer, "invalid_value", field: field, status: 400)
            }
        )
    }

    @Test func failureOfTheItemIsTheRequests() async throws {
        try await HTTPFixture.run(
            workers: { job in
                var reply = job.signed()
                reply.s3Signing.items[0].failure.code = "invalid_key"
                reply.s3Signing.items[0].failure.field = "items[0].key"
                reply.s3Signing.items[0].failure.message = "the key is too long; send a shorter one"
                return .reply(reply)
            },
            { fixture in
                let answer = try await fixture.post(HTTPFixture.upload, BadInputTests.upload([:]))
                try BadInputTests.expectProblem(answer, "invalid_key", field: "key", status: 400)
            }
        )
    }

    @Test(arguments: ["no result", "no items", "no signature", "no template"])
    func replyThatDoesNotHoldTogetherIsAnInternalProblem(lack: String) async throws {
        try await HTTPFixture.run(
            workers: { job in
                var reply = job.signed()
                switch lack {
                case "no result": reply.result = nil
                case "no items": reply.s3Signing.items = []
                case "no signature": reply.s3Signing.signatures = Data([1, 2, 3])
                default: reply.s3Signing.items[0].shared = .max
                }
                return .reply(reply)
            },
            { fixture in
                let answer = try await fixture.post(HTTPFixture.upload, BadInputTests.upload([:]))
                try BadInputTests.expectProblem(answer, "internal", status: 500)
            }
        )
    }
}
