// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Commands that look after buckets, against a real server; boto3 puts there what they find.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct JanitorTests {
    private static let boto = """
        import boto3, json, sys
        from botocore.config import Config
        what, endpoint, access, secret, bucket, *rest = sys.argv[1:]
        s3 = boto3.client('s3', endpoint_url=endpoint, aws_access_key_id=access, aws_secret_access_key=secret,
                          region_name='us-east-1', config=Config(s3={'addressing_style': 'path'}))
        if what == 'orphans':
            for number in range(3):
                key = rest[0] + str(number)
                upload = s3.create_multipart_upload(Bucket=bucket, Key=key)['UploadId']
                for part in range(number):
                    s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=part + 1, Body=b'x' * (5 << 20))
        elif what == 'uploads':
            print(len(s3.list_multipart_uploads(Bucket=bucket, Prefix=rest[0]).get('Uploads', [])), end='')
        elif what == 'lifecycle':
            s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=json.loads(rest[0]))
            print(json.dumps(s3.get_bucket_lifecycle_configuration(Bucket=bucket)['Rules']), end='')
        elif what == 'cors':
            s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=json.loads(rest[0]))
        """

    @discardableResult
    private static func boto(_ what: String, _ s3: RadosGateway, _ arguments: String...) async throws -> String {
        let output = try await PythonEnvironment.run(
            source: boto,
            arguments: [what, s3.endpoint, s3.accessKey, s3.secretKey, s3.bucket] + arguments
        )
        return String(decoding: output, as: UTF8.self)
    }

    private static func signet(
        _ arguments: [String],
        _ s3: RadosGateway? = nil
    ) async throws -> (code: ChildProcess.ExitStatus, output: String, errors: String) {
        let place = s3.map { ["--bucket", $0.bucket, "--region", $0.region, "--endpoint", $0.endpoint] } ?? []
        let keys = s3.map { ["AWS_ACCESS_KEY_ID": $0.accessKey, "AWS_SECRET_ACCESS_KEY": $0.secretKey] } ?? [:]
        let (status, output, errors) = try await runToEnd(
            ProductExecutables.signet().path,
            arguments + place,
            environment: .inherited(adding: keys.merging(["HOME": "/nonexistent"]) { $1 })
        )
        return (status, String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self))
    }

    @Test func orphanedUploadsAreShownWithTheirCostAndAborted() async throws {
        let s3 = try await RadosGateway.shared()
        try await Self.boto("orphans", s3, "orphan/")
        let arguments = ["janitor", "--older-than", "0s", "--prefix", "orphan/", "--json"]
        let young = try await Self.signet(["janitor", "--older-than", "1d", "--prefix", "orphan/"], s3)
        #expect(young.code == .exited(code: 0))
        #expect(young.output == "0 uploads older than 1d: 0 parts, 0.000 GiB, 0.0000 USD a month; 0 aborted\n")
        for (flags, aborted) in [(["--dry-run"], false), ([], true)] {
            let run = try await Self.signet(arguments + flags, s3)
            #expect(run.code == .exited(code: 0), "\(run.errors)")
            let lines = try run.output.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(lines.count == 4)
            #expect(lines.dropLast().map { $0["key"] as? String } == ["orphan/0", "orphan/1", "orphan/2"])
            #expect(lines.dropLast().map { $0["parts"] as? Int } == [0, 1, 2])
            #expect(lines.dropLast().map { $0["bytes"] as? Int } == [0, 5 << 20, 10 << 20])
            #expect(lines.dropLast().allSatisfy { $0["aborted"] as? Bool == aborted })
            let cost = try #require(lines.last?["usdPerMonth"] as? Double)
            #expect(abs(cost - 15.0 / 1_024 * 0.023) < 1e-9)
            #expect(lines.last?["aborted"] as? Int == (aborted ? 3 : 0))
            #expect(try await Self.boto("uploads", s3, "orphan/") == (aborted ? "0" : "3"))
        }
    }

    @Test func lifecycleRuleIsTakenByTheServer() async throws {
        let s3 = try await RadosGateway.shared()
        let rule = try await Self.signet(["lifecycle", "--days", "3", "--prefix", "in/"])
        #expect(rule.code == .exited(code: 0))
        let taken = try await Self.boto("lifecycle", s3, rule.output)
        let rules = try #require(try JSONSerialization.jsonObject(with: Data(taken.utf8)) as? [[String: Any]])
        #expect(rules.count == 1)
        #expect((rules[0]["AbortIncompleteMultipartUpload"] as? [String: Int]) == ["DaysAfterInitiation": 3])
        #expect(rules[0]["Status"] as? String == "Enabled")
    }

    @Test func corsRuleIsTakenByTheServerAndWhatIsMissingIsTold() async throws {
        let s3 = try await RadosGateway.shared()
        let check = ["cors", "--origin", "https://app.example", "--check"]
        let rule = try await Self.signet(["cors", "--origin", "https://app.example"])
        for (rules, problem) in [
            (
                #"{"CORSRules":[{"AllowedOrigins":["https://o"],"AllowedMethods":["PUT"]}]}"#,
                "no rule allows this origin"
            ),
            (#"{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"]}]}"#, "PUT is not allowed"),
            (
                #"{"CORSRules":[{"AllowedOrigins":["https://*.example"],"AllowedMethods":["PUT"],"AllowedHeaders":["*"]}]}"#,
                "ETag is not exposed"
            ),
            (rule.output, nil),
        ] as [(String, String?)] {
            try await Self.boto("cors", s3, rules)
            let run = try await Self.signet(check, s3)
            if let problem {
                #expect(run.code == .exited(code: 1))
                #expect(run.output.contains(problem), "\(run.output) \(run.errors)")
            } else {
                #expect(run.code == .exited(code: 0), "\(run.output) \(run.errors)")
                #expect(run.output == "pages of https://app.example can upload to \(s3.bucket)\n")
            }
        }
    }

    @Test(arguments: [
        (["janitor"], "--bucket"), (["janitor", "--bucket", "b", "--older-than", "soon"], "--older-than"),
        (["janitor", "--bucket", "b"], "AWS_ACCESS_KEY_ID"), (["lifecycle", "--days", "0"], "--days"),
        (["cors"], "--origin"), (["cors", "--origin", "https://a", "--check"], "--bucket"),
    ])
    func mistakesAreNamed(arguments: [String], word: String) async throws {
        let run = try await Self.signet(arguments)
        #expect(run.code != .exited(code: 0))
        #expect(run.errors.contains(word), "\(run.errors)")
    }
}
