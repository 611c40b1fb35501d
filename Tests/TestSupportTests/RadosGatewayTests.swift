// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// That the S3 server of the tests is one: seen with boto3, the client of reference.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct RadosGatewayTests {
    /// Reads what to do as JSON; `code` is the error code of S3, or null.
    private static let client = """
        import json, sys, boto3, botocore.config, botocore.exceptions
        task = json.load(sys.stdin)
        config = botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"},
                                        retries={"max_attempts": 0}, proxies={})
        s3 = boto3.client("s3", endpoint_url=task["endpoint"], region_name=task["region"],
                          aws_access_key_id=task["accessKey"], aws_secret_access_key=task["secretKey"], config=config)
        result = {"code": None, "body": None, "url": None}
        try:
            if task["presign"]:
                result["url"] = s3.generate_presigned_url(
                    "put_object", {"Bucket": task["bucket"], "Key": task["key"], "ContentType": "image/jpeg"}, 60)
            else:
                s3.put_object(Bucket=task["bucket"], Key=task["key"], Body=task["body"].encode(), **task["extra"])
                answer = s3.get_object(Bucket=task["bucket"], Key=task["key"])
                result["body"] = answer["Body"].read().decode()
                result["storageClass"] = answer.get("StorageClass")
                result["encryption"] = answer.get("ServerSideEncryption")
        except botocore.exceptions.ClientError as error:
            result["code"] = error.response["Error"]["Code"]
        json.dump(result, sys.stdout)
        """

    private struct Task: Encodable {
        let endpoint: String
        let accessKey: String
        let bucket: String
        var region = "us-east-1"
        var secretKey: String
        var key = "folder/photo é€.jpg"
        var body = "hello"
        var extra: [String: String] = [:]
        var presign = false

        init(_ gateway: RadosGateway) {
            endpoint = gateway.endpoint
            accessKey = gateway.accessKey
            secretKey = gateway.secretKey
            bucket = gateway.bucket
        }
    }

    private struct Outcome: Decodable {
        let code: String?
        let body: String?
        let url: String?
        let storageClass: String?
        let encryption: String?
    }

    private func run(_ task: Task) async throws -> Outcome {
        let output = try await PythonEnvironment.run(source: Self.client, input: try JSONEncoder().encode(task))
        return try JSONDecoder().decode(Outcome.self, from: output)
    }

    @Test func keepsWhatItIsGiven() async throws {
        var task = Task(try await RadosGateway.shared())
        task.region = "eu-central-1"
        let outcome = try await run(task)
        #expect(outcome.code == nil)
        #expect(outcome.body == "hello")
    }

    @Test func refusesAWrongSecret() async throws {
        var task = Task(try await RadosGateway.shared())
        task.secretKey = String(task.secretKey.dropLast()) + "x"
        #expect(try await run(task).code == "SignatureDoesNotMatch")
    }

    @Test(arguments: ["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "DEEP_ARCHIVE"])
    func knowsStorageClasses(name: String) async throws {
        var task = Task(try await RadosGateway.shared())
        task.key = name
        task.extra = ["StorageClass": name]
        let outcome = try await run(task)
        #expect(outcome.code == nil)
        #expect(outcome.storageClass == name)
    }

    @Test func takesTheHeaderOfEncryptionAtRest() async throws {
        var task = Task(try await RadosGateway.shared())
        task.key = "encrypted"
        task.extra = ["ServerSideEncryption": "AES256"]
        let outcome = try await run(task)
        #expect(outcome.code == nil)
        #expect(outcome.body == "hello")
    }

    @Test(arguments: [("test-key", nil), ("no-such-key", "InvalidAccessKeyId")] as [(String, String?)])
    func encryptsWithTheKeysThatItKnows(key: String, code: String?) async throws {
        var task = Task(try await RadosGateway.shared())
        task.key = "encrypted with \(key)"
        task.extra = ["ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key]
        let outcome = try await run(task)
        #expect(outcome.code == code)
        #expect(outcome.encryption == (code == nil ? "aws:kms" : nil))
    }

    @Test func verifiesPresignedRequests() async throws {
        let gateway = try await RadosGateway.shared()
        var task = Task(gateway)
        task.presign = true
        let url = try #require(try await run(task).url)
        let body = Data(repeating: 0xa5, count: 3_000_000)
        let accepted = try await Curl.send("PUT", url, headers: [("content-type", "image/jpeg")], body: body)
        #expect(accepted.status == 200)
        let changed = try await Curl.send("PUT", url, headers: [("content-type", "image/png")], body: body)
        #expect(changed.status == 403)
        #expect(changed.text.contains("SignatureDoesNotMatch"))
        let otherMethod = try await Curl.send("GET", url)
        #expect(otherMethod.status == 403)
        let unsigned = try await Curl.send("GET", "\(gateway.endpoint)/\(gateway.bucket)/anything")
        #expect(unsigned.status == 403)
    }

    @Test func answersVirtualHosts() async throws {
        let gateway = try await RadosGateway.shared()
        let response = try await Curl.send(
            "GET",
            gateway.endpoint + "/absent",
            headers: [("host", "no-such-bucket.localhost:\(gateway.port)")]
        )
        #expect(response.status == 404)
        #expect(response.text.contains("NoSuchBucket"))
    }

    @Test func severalRunSideBySideAndKnowNothingOfEachOther() async throws {
        try await withRadosGateway { one in
            try await withRadosGateway { other in
                #expect(one.endpoint != other.endpoint)
                _ = try await run(Task(one))
                let url = "\(other.endpoint)/\(other.bucket)/folder/photo"
                #expect(try await Curl.send("GET", url).status == 403)
            }
            #expect(try await run(Task(one)).body == "hello")
        }
    }

    @Test func isGoneWhenItIsStopped() async throws {
        let gateway = try await RadosGateway.start()
        #expect(try await Curl.send("GET", gateway.endpoint).status == 200)
        try await gateway.stop()
        await #expect(throws: TestSupportError.self) { try await Curl.send("GET", gateway.endpoint) }
    }
}
