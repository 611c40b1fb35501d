// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `signet sign`: jobs in, replies out, without Kafka.
@Suite struct SignTests {
    private static let keys = [
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-of-the-test",
    ]

    /// botocore, with its clock at the job's signing time.
    private static let oracle = """
        import datetime, os, sys
        os.environ['BOTO_DISABLE_CRT'] = 'true'
        import botocore.session, botocore.auth
        from botocore.config import Config

        seconds = int(sys.argv[1])
        class Clock(datetime.datetime):
            @classmethod
            def utcnow(cls): return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)
            @classmethod
            def now(cls, tz=None): return datetime.datetime.fromtimestamp(seconds, tz)
        botocore.auth.datetime.datetime = Clock
        if hasattr(botocore.auth, 'get_current_datetime'):
            botocore.auth.get_current_datetime = lambda remove_tzinfo=True: Clock.utcnow()
        client = botocore.session.get_session().create_client(
            's3', region_name='eu-central-1', aws_access_key_id='AKIAIOSFODNN7EXAMPLE',
            aws_secret_access_key='secret-of-the-test',
            config=Config(signature_version='s3v4', s3={'addressing_style': 'virtual', 'us_east_1_regional_endpoint': 'regional'},
                          request_checksum_calculation='when_required'))
        for key in sys.argv[2:]:
            print(client.generate_presigned_url('get_object', {'Bucket': 'my-bucket', 'Key': key}, 900))
        """

    /// What botocore makes of keys at a time, in Unix seconds.
    private static func expected(at time: Int, _ keys: [String]) async throws -> [Set<String>] {
        let output = try await PythonEnvironment.run(source: oracle, arguments: ["\(time)"] + keys)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map { parts(String($0)) }
    }

    /// The order of the query is ours.
    private static func parts(_ url: String) -> Set<String> {
        Set(url.split(whereSeparator: { "?&".contains($0) }).map(String.init))
    }

    @Test func urlEqualsBotocores() async throws {
        let now = Int(Date.now.timeIntervalSince1970)
        let job = """
            {"signingTimeMs":\(now * 1_000),"s3Signing":{"s3Bucket":"my-bucket","s3Region":"eu-central-1",\
            "operation":"GetObject","expiresIn":900,"items":[{"key":"a b/ü+.txt"}]}}
            """
        let run = try await SignetRun(["sign"], environment: Self.keys, input: job + "\n")
        #expect(run.status.isSuccess)
        let reply = try #require(
            JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        )
        let items = (reply["s3Signing"] as? [String: Any])?["items"] as? [[String: Any]]
        let url = try #require(items?.first?["url"] as? String)
        #expect(try await Self.expected(at: now, ["a b/ü+.txt"]) == [Self.parts(url)])
    }

    @Test func aBatchIsSignedWithoutAGateway() async throws {
        let keys = (0..<1_203).map { "a b/\($0) ü+.txt" }
        let common = [
            "sign", "--batch", "-", "--bucket", "my-bucket", "--region", "eu-central-1", "--expires-in", "900",
        ]
        let input = keys.joined(separator: "\n") + "\n\n{broken\n" + #"{"id":"last","key":"z"}"#
        let run = try await SignetRun(common, environment: Self.keys, input: input)
        #expect(run.status == .exited(code: 1))
        let lines = try run.lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let items = lines.filter { $0["type"] as? String == "item" }
        #expect(items.prefix(1_203).map { $0["key"] as? String } == keys)
        #expect(items.prefix(1_203).map { $0["line"] as? Int } == Array(2...1_204))
        #expect(items.suffix(2).map { $0["line"] as? Int } == [1_206, 1_207])
        #expect(items.suffix(2).map { $0["code"] as? String } == ["malformed", nil])
        #expect(lines.last?["signed"] as? Int == 1_204 && lines.last?["failed"] as? Int == 1)

        // Chunks are signed in the second of their own.
        let sample = [0, 499, 500, 1_202]
        let date = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted)
        for index in sample {
            let url = try #require(items[index]["url"] as? String)
            let text = try #require(url.firstMatch(of: /X-Amz-Date=([0-9TZ]+)/)).1
            let time = Int(try date.parse(String(text)).timeIntervalSince1970)
            #expect(try await Self.expected(at: time, [keys[index]]) == [Self.parts(url)])
        }

        let urls = try await SignetRun(common + ["--urls"], environment: Self.keys, input: "one\ntwo")
        #expect(urls.status.isSuccess && urls.lines.count == 2)
        #expect(urls.lines[1].hasPrefix("https://my-bucket.s3.eu-central-1.amazonaws.com/two?"))
    }

    @Test func aBatchWithKeysOfSSECWithholdsThem() async throws {
        let folder = try TemporaryFolder()
        let secret = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
        let file = try folder.file("customer.key", secret + "\n")
        let defaults = try folder.file(
            "defaults.json",
            #"{"s3AccessKey":"AKIAIOSFODNN7EXAMPLE","s3SecretKey":"secret-of-the-file"}"#
        )
        let run = try await SignetRun(
            ["sign", "--batch", "-", "--bucket", "my-bucket", "--region", "us-east-1", "--customer-key", file]
                + ["--defaults", defaults],
            input: "k"
        )
        #expect(run.status.isSuccess)
        #expect(run.lines[1].contains("x-amz-server-side-encryption-customer-key"))
        #expect(!run.output.contains("secret-of-the-file"))
    }

    @Test(
        arguments: [
            (["--batch", "-"], "--bucket and --region"),
            (["--bucket", "my-bucket"], "--batch"),
            (
                ["--batch", "/nowhere/keys", "--bucket", "my-bucket", "--region", "us-east-1"],
                "/nowhere/keys cannot be read"
            ),
            (["--batch", "-", "--bucket", "my-bucket", "--region", "us-east-1"], "missing_field at items"),
            (["--batch", "-", "--bucket", "My", "--region", "us-east-1"], "missing_field at items"),
        ]
    )
    func aSlipWithABatchSaysWhatToDo(arguments: [String], message: String) async throws {
        let run = try await SignetRun(["sign"] + arguments, environment: Self.keys, input: "")
        #expect(!run.status.isSuccess)
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test func everyLineIsAnsweredAndAFailureTellsByTheExitStatus() async throws {
        let good =
            #"{"s3Signing":{"s3Bucket":"my-bucket","s3Region":"us-east-1","operation":"GetObject","items":[{"key":"k"}]}}"#
        let bad = good.replacingOccurrences(of: "us-east-1", with: "moon")
        let run = try await SignetRun(["sign"], environment: Self.keys, input: "\(good)\n\n\(bad)\nnonsense\n\(good)\n")
        #expect(run.status == .exited(code: 1))
        let replies = try run.lines.map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
        #expect(replies.count == 4)
        #expect(
            replies.map { ($0["failure"] as? [String: String])?["code"] } == [nil, "unknown_region", "malformed", nil]
        )
        #expect((replies[1]["failure"] as? [String: String])?["field"] == "s3Region")
    }

    @Test func keysOfSSECAreSignedAndWithheld() async throws {
        let folder = try TemporaryFolder()
        let secret = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
        let file = try folder.file("customer.key", secret + "\n")
        let job =
            #"{"s3Signing":{"s3Bucket":"my-bucket","s3Region":"us-east-1","operation":"GetObject","items":[{"key":"k"}]}}"#
        let run = try await SignetRun(["sign", "--customer-key", file], environment: Self.keys, input: job)
        #expect(run.status.isSuccess)
        let name = "x-amz-server-side-encryption-customer-key"
        #expect(run.output.contains(#""withheldHeaders":["\#(name)"]"#))
        #expect(
            run.output.contains("X-Amz-SignedHeaders=host%3B\(name.replacing("-key", with: ""))-algorithm%3B\(name)%3B")
        )
        #expect(!run.output.contains(secret))
        let wrong = try folder.file("short.key", "c2hvcnQ=")
        let refused = try await SignetRun(["sign", "--customer-key", wrong], environment: Self.keys, input: job)
        #expect(!refused.status.isSuccess)
        #expect(refused.errors.contains("32 bytes"))
    }

    @Test func anExpirationThatIsNoTimeIsAnError() async throws {
        let run = try await SignetRun(
            ["sign"],
            environment: Self.keys.merging(["AWS_CREDENTIAL_EXPIRATION": "tomorrow"]) { $1 },
            input: "{}\n"
        )
        #expect(!run.status.isSuccess)
        #expect(run.errors.contains("expiration") && run.errors.contains("2026-01-31T23:59:59Z"))
    }

    @Test func profilesComeFromSignetsFileAndSharedCredentials() async throws {
        let folder = try TemporaryFolder()
        let profiles = try folder.file(
            "profiles.json",
            #"{"profiles": {"media": {"accessKeyId": "AKIAMEDIA", "secretAccessKey": "s", "sessionToken": "t+/="}}}"#
        )
        let shared = try folder.file(
            "credentials",
            "# mine\n[other]\naws_access_key_id=AKIAOTHER\naws_secret_access_key=x\n"
                + "[default]\naws_access_key_id = AKIASHARED\naws_secret_access_key = y\n"
        )
        func url(_ profile: String, _ environment: [String: String]) async throws -> String {
            let job = """
                {"s3Signing":{"s3Bucket":"my-bucket","s3Region":"us-east-1","operation":"PutObject",\
                "credentialProfile":"\(profile)","items":[{"key":"k"}]}}
                """
            return try await SignetRun(["sign"], environment: environment, input: job).output
        }
        let media = try await url("media", ["SIGNET_WORKER_PROFILES_FILE": profiles])
        #expect(media.contains("X-Amz-Credential=AKIAMEDIA%2F"))
        #expect(media.contains("X-Amz-Security-Token=t%2B%2F%3D&"))
        #expect(try await url("default", ["AWS_SHARED_CREDENTIALS_FILE": shared]).contains("AKIASHARED"))
        let other = ["AWS_SHARED_CREDENTIALS_FILE": shared, "AWS_PROFILE": "other"]
        #expect(try await url("default", other).contains("AKIAOTHER"))
        #expect(try await url("default", [:]).contains("unknown_profile"))
        let wrong = try folder.file(
            "wrong.json",
            #"{"profiles": {"media": {"accessKey": "A", "secretAccessKey": "hidden-two"}}}"#
        )
        let run = try await SignetRun(["sign"], environment: ["SIGNET_WORKER_PROFILES_FILE": wrong], input: "{}\n")
        #expect(!run.status.isSuccess)
        #expect(run.errors.contains("accessKey") && run.errors.contains("media"))
        #expect(!run.errors.contains("hidden-two"))
    }
}
