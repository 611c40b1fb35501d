// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What `signet-bench multipart` tells programs; its times are not looked at here.
@Suite(.takingTurnsBusy, .timeLimit(.minutes(3))) struct MultipartBenchTests {
    @Test func everyFigureIsThereAndNothingIsLeftBehind() async throws {
        let s3 = try await RadosGateway.shared()
        let (status, output, errors) = try await runToEnd(
            ProductExecutables.product("signet-bench").path,
            [
                "multipart", "--endpoint", s3.endpoint, "--bucket", s3.bucket, "--rounds", "1", "--requests", "10",
                "--in-flight", "20", "--json",
            ],
            environment: .inherited(adding: ["AWS_ACCESS_KEY_ID": s3.accessKey, "AWS_SECRET_ACCESS_KEY": s3.secretKey])
        )
        #expect(status.isSuccess, "\(String(decoding: errors, as: UTF8.self))")
        let lines = try output.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
        #expect(lines.map { $0["name"] as? String } == ["initiate", "parts", "in-flight"])
        for (line, figure) in zip(lines, ["p95_ms", "request_ms", "worker_rss_mb"]) {
            #expect(try #require(line[figure] as? Double) > 0, "\(figure)")
        }
        #expect(try #require(lines.last?["worker_rss_mb"] as? Double) < 300)
        let left = try await PythonEnvironment.run(
            source: """
                import boto3, sys
                from botocore.config import Config
                endpoint, access, secret, bucket = sys.argv[1:]
                s3 = boto3.client('s3', endpoint_url=endpoint, aws_access_key_id=access, aws_secret_access_key=secret,
                                  region_name='us-east-1', config=Config(s3={'addressing_style': 'path'}))
                print(len(s3.list_multipart_uploads(Bucket=bucket, Prefix='signet-bench-').get('Uploads', [])), end='')
                """,
            arguments: [s3.endpoint, s3.accessKey, s3.secretKey, s3.bucket]
        )
        #expect(String(decoding: left, as: UTF8.self) == "0")
    }
}
