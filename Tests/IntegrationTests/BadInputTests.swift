// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Values that only the worker judges: each mistake over HTTP by code, field and status.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct BadInputTests {
    private static func upload(_ changes: [String: Any?]) -> [String: Any] {
        var body: [String: Any] = [
            "filename": "photo.jpg", "contentType": "image/jpeg", "s3AccessKey": "AKIAIOSFODNN7EXAMPLE",
            "s3SecretKey": "a-secret-of-the-tests", "s3Bucket": "my-bucket", "s3Region": "us-east-1",
        ]
        for (name, value) in changes { body[name] = value }
        return body
    }

    private static var noKeys: [String: Any?] {
        ["s3AccessKey": nil, "s3SecretKey": nil]
    }

    private static var cases: [(changes: [String: Any?], code: String, field: String, status: Int)] {
        [
            (["s3Region": "us-east1"], "unknown_region", "s3Region", 400),
            (["s3Region": "moon"], "unknown_region", "s3Region", 400),
            (["s3StorageClass": "COLD"], "invalid_storage_class", "s3StorageClass", 400),
            (["s3StorageClass": "EXPRESS_ONEZONE"], "invalid_storage_class", "s3StorageClass", 400),
            (["s3Bucket": "My_Bucket"], "invalid_bucket", "s3Bucket", 400),
            (["s3Bucket": "ab"], "invalid_bucket", "s3Bucket", 400),
            (["s3Bucket": "192.168.0.1"], "invalid_bucket", "s3Bucket", 400),
            (["key": String(repeating: "k", count: 1_025), "filename": nil], "invalid_key", "key", 400),
            (["filename": ".."], "missing_field", "filename", 400),
            (["key": "a", "keyPrefix": "b"], "conflicting_fields", "keyPrefix", 400),
            (["expiresIn": 0], "invalid_expiry", "expiresIn", 400),
            (["expiresIn": -1], "invalid_expiry", "expiresIn", 400),
            (["expiresIn": 604_801], "invalid_expiry", "expiresIn", 400),
            (["s3AccessKey": "with space"], "invalid_access_key", "s3AccessKey", 400),
            (["s3AccessKey": "with/slash"], "invalid_access_key", "s3AccessKey", 400),
            (["s3EncryptionType": "SSE-KMS", "s3KmsKeyId": "not a key"], "invalid_kms_key", "s3KmsKeyId", 400),
            (["s3EncryptionType": "AES"], "invalid_encryption", "s3EncryptionType", 400),
            (["s3KmsKeyId": "alias/mine"], "invalid_encryption", "s3EncryptionType", 400),
            (["s3Endpoint": "ftp://example.com"], "invalid_endpoint", "s3Endpoint", 400),
            (["s3AddressingStyle": "sideways"], "invalid_value", "s3AddressingStyle", 400),
            (["s3Bucket": "my.bucket", "s3AddressingStyle": "virtual"], "invalid_endpoint", "s3AddressingStyle", 400),
            (["s3Bucket": "arn:aws:s3:us-east-1:1:accesspoint/a"], "invalid_arn", "s3Bucket", 400),
            (["s3Accelerate": true, "s3Fips": true], "invalid_endpoint", "s3Accelerate", 400),
            (["s3Region": "eu-central-1", "s3Fips": true], "invalid_endpoint", "s3Fips", 400),
            (["s3Endpoint": "https://minio.example", "s3DualStack": true], "invalid_endpoint", "s3DualStack", 400),
            (["signingWindow": 86_401], "invalid_time", "signingWindow", 400),
            (["signingWindow": 3_600], "invalid_expiry", "expiresIn", 400),
            (["checksumAlgorithm": "MD5", "checksum": "AAAA"], "invalid_checksum", "checksumAlgorithm", 400),
            (["checksumAlgorithm": "SHA1", "checksum": "AAAA"], "invalid_checksum", "checksum", 400),
            (["checksumAlgorithm": "SHA1"], "invalid_value", "checksumAlgorithm", 400),
            (["s3Acl": "everyone"], "invalid_value", "s3Acl", 400),
            (["tags": [String(repeating: "t", count: 129): ""]], "invalid_tagging", "tags", 400),
            (["s3ObjectLockMode": "GOVERNANCE"], "invalid_object_lock", "s3ObjectLockRetainUntil", 400),
            (["s3BucketKey": true], "invalid_encryption", "s3EncryptionType", 400),
            (["headers": ["host": "evil.example"]], "invalid_header", "headers", 400),
            (["query": ["X-Amz-Date": "0"]], "invalid_query", "query", 400),
            (["s3CloudFrontDomain": "not a host"], "invalid_domain", "s3CloudFrontDomain", 400),
            (["fileSize": -1], "invalid_length", "fileSize", 400),
            (["fileSize": 5_368_709_121], "invalid_length", "fileSize", 400),
            (["contentType": "text/plain\r\nx-evil: 1"], "invalid_header", "contentType", 400),
            (["metadata": ["with space": "x"]], "invalid_metadata", "metadata", 400),
            (["metadata": ["big": String(repeating: "m", count: 2_100)]], "invalid_metadata", "metadata", 400),
            (noKeys.merging(["credentialProfile": "nobody"]) { $1 }, "unknown_profile", "credentialProfile", 403),
            (
                ["s3SessionToken": "a-token-of-the-tests", "s3SessionExpiration": "2020-01-01T00:00:00Z"],
                "credential_expired", "s3AccessKey", 403
            ),
        ]
    }

    @Test func everyMistakeIsAnsweredByCodeFieldAndStatus() async throws {
        try await Platform.run { platform in
            for bad in Self.cases {
                let answer = try await platform.postUpload(Self.upload(bad.changes))
                let name = Comment(rawValue: "\(bad.changes.keys.sorted()) \(bad.code)")
                #expect(answer.status == bad.status, name)
                #expect(answer["code"] as? String == bad.code, name)
                #expect(answer["field"] as? String == bad.field, name)
                #expect((answer["detail"] as? String)?.isEmpty == false, name)
                #expect(answer.response.headers["content-type"] == "application/problem+json", name)
            }
        }
    }

    @Test func hintsNameWhatWasMeant() async throws {
        try await Platform.run { platform in
            let region = try await platform.postUpload(Self.upload(["s3Region": "us-east1"]))
            #expect(try region.text("detail").contains("us-east-1"))
            let storage = try await platform.postUpload(Self.upload(["s3StorageClass": "COLD"]))
            #expect(try storage.text("detail").contains("GLACIER_FLEXIBLE_RETRIEVAL"))
        }
    }

    @Test func anyUnicodeIsAGoodKeyAndUnknownFieldsAreNamed() async throws {
        try await Platform.run { platform in
            let answer = try await platform.postUpload(
                Self.upload(["filename": nil, "key": "日本/🏖 é+&?#%.jpg", "contentTpye": "x", "s3Region": "eu-west-9"])
            )
            #expect(answer.status == 200)
            #expect(try answer.text("key") == "日本/🏖 é+&?#%.jpg")
            let path = "/%E6%97%A5%E6%9C%AC/%F0%9F%8F%96%20%C3%A9%2B%26%3F%23%25.jpg?"
            #expect(try answer.text("uploadUrl").contains(path))
            let warnings = answer["warnings"] as? [String] ?? []
            #expect(warnings.contains { $0.contains("contentTpye") && $0.contains("contentType") })
            #expect(warnings.contains { $0.contains("eu-west-9") && $0.contains("eu-west-") })
        }
    }
}
