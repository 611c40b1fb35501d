// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import Management
import NIOHTTP1
import SwiftProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct SigningRequestTests {
    private static let example = """
        {"filename":"photo.jpg","contentType":"image/jpeg","s3AccessKey":"AKIAIOSFODNN7EXAMPLE",\
        "s3SecretKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY","s3Bucket":"my-bucket","s3Region":"us-east-1",\
        "s3StorageClass":"STANDARD"}
        """

    @Test func uploadIsAnsweredFieldByField() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(HTTPFixture.upload, Self.example)
            let job = try #require(await fixture.workers.next()).job
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.header("cache-control") == "no-store")
            let url = "https://my-bucket.s3.us-east-1.amazonaws.com/made/photo.jpg"
            let signature = String(repeating: "ab", count: 32)
            let uploadID = "upl_" + job.jobID.filter { $0 != "-" }
            #expect(
                try answer.json == [
                    "success": true,
                    "uploadUrl": .string("\(url)?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=\(signature)"),
                    "publicUrl": .string(url),
                    "cdnUrl": nil,
                    "uploadId": .string(uploadID),
                    "jobId": .string(job.jobID),
                    "provider": "s3",
                    "region": "us-east-1",
                    "storageClass": "STANDARD",
                    "expiresIn": 3600,
                    "expiresAt": "2023-11-14T23:13:20Z",
                    "expiryLimitedBy": "request",
                    "method": "PUT",
                    "headers": ["content-type": "image/jpeg", "x-amz-server-side-encryption": "AES256"],
                    "key": "made/photo.jpg",
                    "bucket": "my-bucket",
                    "warnings": [],
                ]
            )
        }
    }

    @Test func downloadHasItsOwnNamesAndNoUploadFields() async throws {
        let body = """
            {"key":"a/b.pdf","s3Bucket":"b","s3Region":"eu-central-1","s3CloudFrontDomain":"cdn.example.com",\
            "responseContentType":"application/pdf","responseContentDisposition":"inline","versionId":"v1","expiresIn":60}
            """
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(HTTPFixture.download, body)
            #expect(answer.status == 200)
            let json = try answer.json
            #expect(json["downloadUrl"]?.string?.contains("X-Amz-Signature=") == true)
            #expect(json["cdnUrl"] == "https://cdn.example.com/a/b.pdf")
            #expect(json["method"] == "GET")
            #expect(json["expiresIn"] == 60)
            for name in ["uploadUrl", "uploadId", "storageClass"] { #expect(json[name] == nil) }
            let received = try #require(await fixture.workers.next())
            #expect(received.signing.operation == "GetObject")
            #expect(
                received.item.options.query.map { "\($0.name)=\($0.value)" } == [
                    "response-content-type=application/pdf", "response-content-disposition=inline",
                ]
            )
            #expect(received.item.options.versionID == "v1")
        }
    }

    @Test func everyFieldReachesTheJob() async throws {
        let body = """
            {"filename":"f.bin","key":"k","keyPrefix":"p/","contentType":"text/plain","credentialProfile":"team",
             "s3Bucket":"b","s3Region":"r","s3StorageClass":"GLACIER_IR","s3EncryptionType":"SSE-KMS","s3KmsKeyId":"alias/a",
             "s3Endpoint":"https://minio:9000","s3AddressingStyle":"path","s3CloudFrontDomain":"cdn.example.com",
             "expiresIn":-5,"fileSize":1048576,"metadata":{"owner":"me","a":"b"},"cacheControl":"no-store",
             "contentDisposition":"attachment"}
            """
        try await HTTPFixture.run({ $0.tenant = "acme" }) { fixture in
            let answer = try await fixture.post(HTTPFixture.upload, body)
            #expect(answer.status == 200)
            #expect(try answer.json["warnings"] == [])
            let received = try #require(await fixture.workers.next())
            #expect(received.job.version == 1)
            #expect(received.job.tenant == "acme")
            #expect(received.job.signingTimeMs == 1_700_000_000_000)
            #expect(received.job.waitUntilMs == 1_700_000_030_000)
            #expect(received.job.deadlineMs == 1_700_000_300_000)
            let signing = received.signing
            #expect(signing.operation == "PutObject")
            #expect(signing.s3Bucket == "b")
            #expect(signing.s3Region == "r")
            #expect(signing.s3Endpoint == "https://minio:9000")
            #expect(signing.s3AddressingStyle == "path")
            #expect(signing.s3CloudFrontDomain == "cdn.example.com")
            #expect(signing.credentialProfile == "team")
            #expect(signing.expiresIn == -5)
            let item = received.item
            #expect(item.key == "k")
            #expect(item.keyPrefix == "p/")
            #expect(item.filename == "f.bin")
            #expect(item.options.contentType == "text/plain")
            #expect(item.options.fileSize == 1_048_576)
            #expect(item.options.s3StorageClass == "GLACIER_IR")
            #expect(item.options.s3EncryptionType == "SSE-KMS")
            #expect(item.options.s3KmsKeyID == "alias/a")
            #expect(item.options.cacheControl == "no-store")
            #expect(item.options.contentDisposition == "attachment")
            #expect(item.options.metadata.map { "\($0.name)=\($0.value)" } == ["a=b", "owner=me"])
        }
    }

    /// A value for each field of the route that has them all; it reaches the job under the same name.
    @Test func everyFieldOfAnOperationReachesTheJob() async throws {
        let flags = ["s3BucketKey", "s3ObjectLockLegalHold", "requesterPays"]
        let numbers = ["fileSize", "partNumber", "objectSize"]
        let pairs = ["metadata", "tags", "s3KmsContext", "headers"]
        let texts = [
            "contentType", "contentMd5", "checksumAlgorithm", "checksum", "contentEncoding", "contentLanguage",
            "contentDisposition", "cacheControl", "expires", "s3StorageClass", "s3Acl", "s3EncryptionType",
            "s3KmsKeyId", "s3ObjectLockMode", "s3ObjectLockRetainUntil", "ifMatch", "ifNoneMatch", "versionId", "range",
            "ifModifiedSince", "ifUnmodifiedSince", "copySource", "copySourceVersionId", "copySourceRange",
            "metadataDirective", "taggingDirective", "uploadId",
        ]
        var options: [String: Any] = [:]
        for name in flags { options[name] = true }
        for (index, name) in numbers.enumerated() { options[name] = index + 1 }
        for name in pairs { options[name] = ["\(name)-a": "b"] }
        for name in texts { options[name] = "value of \(name)" }
        var body = options
        body["query"] = ["delimiter": "/"]
        body["responseCacheControl"] = "no-cache"
        for (name, value) in [("operation", "UploadPart"), ("s3Bucket", "b"), ("s3Region", "r"), ("key", "k")] {
            body[name] = value
        }
        for name in ["s3DualStack", "s3Fips", "s3Accelerate"] { body[name] = true }
        body["signingWindow"] = 300
        let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post("/api/v1/s3/signed-url", text)
            #expect(answer.status == 200)
            #expect(try answer.json["warnings"] == [])
            #expect(try answer.json["url"]?.string?.isEmpty == false)
            let received = try #require(await fixture.workers.next())
            #expect(received.signing.operation == "UploadPart")
            #expect(received.signing.s3DualStack && received.signing.s3Fips && received.signing.s3Accelerate)
            #expect(received.signing.signingWindow == 300)
            let json = try JSONSerialization.jsonObject(with: received.item.options.jsonUTF8Data()) as? [String: Any]
            let sent = try #require(json)
            for name in flags { #expect(sent[name] as? Bool == true, "\(name)") }
            for name in texts { #expect(sent[name] as? String == "value of \(name)", "\(name)") }
            for name in pairs {
                #expect((sent[name] as? [[String: String]]) == [["name": "\(name)-a", "value": "b"]], "\(name)")
            }
            #expect(received.item.options.fileSize == 1)
            #expect(received.item.options.partNumber == 2)
            #expect(received.item.options.objectSize == 3)
            #expect(
                received.item.options.query.map { "\($0.name)=\($0.value)" } == [
                    "response-cache-control=no-cache", "delimiter=/",
                ]
            )
        }
    }

    @Test func fieldsThatAreLeftOutAreNotSent() async throws {
        let body =
            #"{"filename":"f","contentType":"t/t","s3Bucket":"b","s3Region":"r","fileSize":null,"s3KmsKeyId":""}"#
        try await HTTPFixture.run { fixture in
            _ = try await fixture.post(HTTPFixture.upload, body)
            let received = try #require(await fixture.workers.next())
            #expect(received.signing.credential == nil)
            #expect(!received.signing.hasExpiresIn)
            let options = received.item.options
            #expect(!options.hasFileSize && !options.hasS3KmsKeyID && !options.hasS3StorageClass)
            #expect(!options.hasS3EncryptionType && !options.hasCacheControl && !options.hasContentDisposition)
        }
    }

    @Test func jobCarriesTheAddressOfItsReplyAndTheCallersTrace() async throws {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        try await HTTPFixture.run { fixture in
            _ = try await fixture.post(
                HTTPFixture.upload,
                Self.example,
                headers: ["traceparent": parent, "tracestate": "a=b"]
            )
            let received = try #require(await fixture.workers.next())
            func text(_ name: String) -> String? { received.headers[name].map { String(decoding: $0, as: UTF8.self) } }
            #expect(text("content-type") == "application/protobuf")
            #expect(text("kafka_replyTopic") == "signet.replies")
            #expect(received.headers["kafka_replyPartition"] == [0, 0, 0, 7])
            #expect(received.headers["kafka_correlationId"]?.count == 16)
            #expect(text("traceparent") == parent)
            #expect(text("tracestate") == "a=b")
        }
    }

    @Test func keysAreSealedForThisJobAloneAndAppearNowhereElse() async throws {
        let key = SealingPrivateKey()
        let body = """
            {"filename":"photo.jpg","contentType":"image/jpeg","s3AccessKey":"AKIAIOSFODNN7EXAMPLE",
             "s3SecretKey":"wJalrXUtnFEMI/K7MDENG","s3SessionToken":"SESSION+TOKEN==","s3SessionExpiration":"2023-11-15T00:00:00Z",
             "s3Bucket":"my-bucket","s3Region":"us-east-1"}
            """
        try await HTTPFixture.run({ $0.sealingKey = key.publicKey }) { fixture in
            let answer = try await fixture.post(HTTPFixture.upload, body)
            #expect(answer.status == 200)
            let received = try #require(await fixture.workers.next())
            let sealed = received.signing.sealedCredential
            let opened = try CredentialOpener(keys: [key]).open(sealed)
            #expect(opened.accessKeyID == "AKIAIOSFODNN7EXAMPLE")
            #expect(opened.secretAccessKey == "wJalrXUtnFEMI/K7MDENG")
            #expect(opened.sessionToken == "SESSION+TOKEN==")
            #expect(opened.expirationMs == 1_700_006_400_000)
            try sealed.scope.admit(received.job, received.signing, now: 1_700_000_000_000)
            #expect(sealed.scope.notAfterMs == received.job.deadlineMs)

            let places =
                [String(decoding: received.value, as: UTF8.self), fixture.metrics.exposition()]
                + fixture.logs.lines + [String(decoding: answer.body, as: UTF8.self)]
            for place in places {
                for secret in ["wJalrXUtnFEMI", "SESSION+TOKEN"] { #expect(!place.contains(secret)) }
            }
        }
    }

    @Test func keysOfSSECAreSealedAndComeBackInTheAnswersHeadersAlone() async throws {
        let key = SealingPrivateKey()
        let customer = Data((0..<32).map { 0x80 | $0 }).base64EncodedString()
        let source = Data((0..<32).map { 0xC0 | $0 }).base64EncodedString()
        let body = """
            {"operation":"CopyObject","s3Bucket":"b","s3Region":"r","key":"k","copySource":"b/a","credentialProfile":"p",
             "s3CustomerKey":"\(customer)","copySourceCustomerKey":"\(source)"}
            """
        try await HTTPFixture.run(
            { $0.sealingKey = key.publicKey },
            workers: { job in
                var reply = job.signed()
                reply.s3Signing.shared[0].withheldHeaders = [
                    SecretHeaders.customerKey, SecretHeaders.copySourceCustomerKey,
                ]
                return .reply(reply)
            },
            { fixture in
                let answer = try await fixture.post("/api/v1/s3/signed-url", body)
                #expect(answer.status == 200)
                let headers = try answer.json["headers"]
                #expect(headers?[SecretHeaders.customerKey]?.string == customer)
                #expect(headers?[SecretHeaders.copySourceCustomerKey]?.string == source)
                let received = try #require(await fixture.workers.next())
                let sealed = received.signing.sealedCustomerKeys
                let opened = try CredentialOpener(keys: [key]).openCustomerKeys(sealed)
                #expect(opened.key.base64EncodedString() == customer)
                #expect(opened.copySourceKey.base64EncodedString() == source)
                try sealed.scope.admit(received.job, received.signing, now: 1_700_000_000_000)
                #expect(received.signing.credentialProfile == "p")
                for secret in [opened.key, opened.copySourceKey] {
                    #expect(Data(received.value).range(of: secret) == nil)
                    #expect(Data(received.value).range(of: Data(secret.base64EncodedString().utf8)) == nil)
                }
            }
        )
    }

    @Test func nothingOfURLsOrBodiesIsLogged() async throws {
        try await HTTPFixture.run { fixture in
            _ = try await fixture.post(HTTPFixture.upload + "?X-Amz-Signature=query", Self.example)
            _ = try await fixture.post(HTTPFixture.upload, #"{"s3SecretKey": wJalrX"#)
            let job = try #require(await fixture.workers.next()).job
            _ = try await fixture.get("/api/v1/jobs/\(job.jobID)")
            #expect(fixture.logs.lines.contains { $0.contains("/api/v1/upload/s3/signed-url") })
            for line in fixture.logs.lines {
                for secret in ["X-Amz", "wJalrX", "AKIA", "photo.jpg", "my-bucket"] { #expect(!line.contains(secret)) }
            }
        }
    }

    @Test func warningsOfRequestAndWorkerComeTogether() async throws {
        try await HTTPFixture.run(
            workers: { job in
                var reply = job.signed()
                reply.warnings = ["the region is new"]
                return .reply(reply)
            },
            { fixture in
                let body = #"{"filenam":"x","filename":"f","contentType":"t/t","s3Bucket":"b","s3Region":"r","zz":1}"#
                let answer = try await fixture.post(HTTPFixture.upload, body)
                #expect(answer.status == 200)
                #expect(
                    try answer.json["warnings"] == [
                        #"unknown field "filenam" was ignored; did you mean "filename"?"#,
                        #"unknown field "zz" was ignored"#, "the region is new",
                    ]
                )
            }
        )
    }

    @Test func keyMayStandInForTheFilename() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(
                HTTPFixture.upload,
                #"{"key":"größe 😀/../x","contentType":"t/t","s3Bucket":"b","s3Region":"r"}"#
            )
            #expect(answer.status == 200)
            #expect(try answer.json["key"] == "größe 😀/../x")
        }
    }
}
